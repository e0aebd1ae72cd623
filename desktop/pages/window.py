"""The one window: which sheet is on the screen, or the shell. It follows the session's events."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QWidget

from auth.model import FaceDeleted, Locked, Session, SignedIn, SignedOut, Unlocked
from core.errors import SuiteError
from core.i18n import _, set_language
from desktop.language import LOCALE
from desktop.pages.calling import calling_of
from desktop.pages.chips import alone, chips, status
from desktop.pages.commands import commands
from desktop.pages.finding import Finding
from desktop.pages.in_tray import InTray
from desktop.pages.presence import Presence
from desktop.pages.resting import Resting
from desktop.pages.services import Services
from desktop.pages.sign_in.first_run import FirstRun
from desktop.pages.sign_in.offer_trial import offer_trial
from desktop.pages.sign_in.sheet import Sheet, Waiting
from desktop.pages.sign_in.sign_in import SignIn
from desktop.ui import theme
from desktop.ui.application import make_themed, window_icon
from desktop.ui.first_paint import FirstPaint
from desktop.ui.focus_ring import FocusRing
from desktop.ui.look import Look
from desktop.ui.page import Page
from desktop.ui.shell import Leaving, Shell, Who
from desktop.ui.tray import tray_for

LOOK = "look.json"  # in the state folder


class Window(QMainWindow):
    """``open`` is called when the services are ready; until then the sign-in sheet says that they are not."""

    def __init__(self, services: Services, pages: Sequence[Page]) -> None:
        super().__init__()
        self.services, self._pages = services, pages
        self._look = Look.load(services.paths.state / LOOK)
        self._shell: Shell | None = None
        self._resting = Resting(self, services, lambda: self.showing == "shell")
        self.setWindowTitle(_("まほろば"))
        self.setWindowIcon(window_icon())
        self._stack = QStackedWidget()
        self.setCentralWidget(self._stack)
        room = self.screen().availableSize()
        self.setMinimumSize(min(theme.em(40), room.width()), min(theme.em(26), room.height()))
        self.ring = FocusRing(self)
        services.go = lambda key: self._shell.go(key) if self._shell is not None else None
        services.enrol = self.show_enrol
        services.first_pin = self.show_first_pin
        services.back = self.back
        services.appearance_changed = self.appearance_changed
        services.bridge.on_error = lambda error: services.notices.error(error)
        bridge, events = services.bridge, services.events
        bridge.subscribe(events, SignedIn, self, lambda _event: self._signed_in())
        bridge.subscribe(events, SignedOut, self, lambda _event: self._signed_out())
        bridge.subscribe(events, Locked, self, lambda event: self._locked(event.reason))
        bridge.subscribe(events, Unlocked, self, lambda _event: self._unlocked())
        if (services.paths.data / "auth.db").exists():
            self._put(SignIn(services, chips(services)))
        else:
            self._put(Waiting())

    def when_painted(self, call: Callable[[], object]) -> None:
        """Call once, after the first sheet has been drawn: nothing heavy comes before the first picture."""
        sheet = self._stack.currentWidget()
        if sheet is not None:
            FirstPaint(sheet, call)

    def open(self) -> None:
        """The services answer: first run, or sign in."""
        services = self.services
        if Look.of(services.config.appearance) != self._look:
            self.appearance_changed(True)
        services.presence = Presence(services, services.watch)
        services.presence.changed.connect(self._show_status)
        self._tray = tray_for(self, self._lock)
        if self._tray is not None:
            services.tell = self._tray.tell
        services.bridge.subscribe(
            services.events, FaceDeleted, self, lambda _event: services.presence.again()
        )

        def first(empty: bool) -> None:
            if empty:
                self._put(FirstRun(services, chips(services)))
            elif isinstance(shown := self._stack.currentWidget(), SignIn):
                shown.arrive()
            else:
                self.back()
            for notice in services.config.notices:
                services.notices.error(notice)
            if not services.trial:
                offer_trial(self, services)

        services.bridge.run(self, _("準備"), lambda _r: services.auth.first_run, first, self.cannot_open)

    def cannot_open(self, error: SuiteError) -> None:
        """A broken policy, key or database: the sheet says so and nobody gets in."""
        if isinstance(shown := self._stack.currentWidget(), Waiting):
            shown.words.setText(_("まほろばを始められませんでした。"))
        self.services.notices.error(error)

    @property
    def showing(self) -> str:
        """What is on the screen: ``shell``, ``lock`` or a ``sheet``."""
        widget = self._stack.currentWidget()
        return widget.what if isinstance(widget, Sheet) else "shell" if widget is self._shell else ""

    @property
    def page(self) -> str:
        """The key of the shell's page, or empty."""
        return self._shell.current() if self._shell is not None else ""

    # the sheets

    def _put(self, widget: Sheet | Shell) -> None:
        """Show a fresh sheet; the one before it goes."""
        old = self._stack.currentWidget()
        if self._stack.indexOf(widget) < 0:
            self._stack.addWidget(widget)
        self._stack.setCurrentWidget(widget)
        self.services.notices = widget.notices
        if hasattr(self.services, "presence"):
            self.services.presence.begin() if widget is self._shell else self.services.presence.end()
        if old is not None and old is not self._shell:
            self._stack.removeWidget(old)
            old.deleteLater()

    def back(self) -> None:
        """From wherever we are to where the session says we belong."""
        session = self.services.auth.session
        if session is None:
            self._drop_shell()
            self._put(SignIn(self.services, chips(self.services)))
        elif session.locked:
            self._locked("person")
        else:
            self._show_shell(session)

    def show_enrol(self, proved: bool) -> None:
        from desktop.pages.sign_in.enrol import Enrol

        session = self.services.auth.session
        if session is not None:
            self._put(Enrol(self.services, session.person, proved))

    def show_first_pin(self, number: str) -> None:
        from desktop.pages.sign_in.first_pin import FirstPin

        self._put(FirstPin(self.services, number))

    def _signed_in(self) -> None:
        if not isinstance(self._stack.currentWidget(), FirstRun):  # which goes on to enrol by itself
            self._come_in()

    def _come_in(self) -> None:
        """Into the shell, while the session is still there: who is seen may be signed out that moment."""
        session = self.services.auth.session
        if session is not None and not session.locked:
            self._show_shell(session)

    def _signed_out(self) -> None:
        """Nothing of the former person stays, also where the next one's session is open already."""
        self._drop_shell()
        self.back()

    def _locked(self, reason: str) -> None:
        from desktop.pages.sign_in.lock import Lock

        session = self.services.auth.session
        if session is not None and not isinstance(self._stack.currentWidget(), Lock):
            self._put(Lock(self.services, session.person, reason, self._sign_out))

    def _unlocked(self) -> None:
        self._come_in()
        self._show_chips()  # offline or not may have changed

    # the shell

    def _show_shell(self, session: Session) -> None:
        if self._shell is None:
            self._shell = self._build_shell(session)
            self._put(self._shell)
            self._show_status()
            self._shell.go("today")
            self._shell.rest()
            self.ring.rest()
        elif self._stack.currentWidget() is not self._shell:
            self._put(self._shell)
        self._resting.soon()

    def _build_shell(self, session: Session) -> Shell:
        services, person = self.services, session.person
        shell = Shell(
            services.bridge,
            self._pages,
            lambda entry: entry.build(services),
            Who(person.name, person.section, person.role),
            Leaving(self._lock, self._sign_out, self._sign_out),
            lambda text: commands(self, services, text),
            Finding(self, services),
            calling_of(services),
        )
        services.centre = shell.bell.centre
        services.in_tray = InTray(shell, services, services.centre)
        shell.page_shown.connect(lambda _key: self._resting.soon())
        self._show_chips(shell)
        services.signed_in(shell, session)
        return shell

    def _show_chips(self, shell: Shell | None = None) -> None:
        shell = shell or self._shell
        if shell is not None:
            shell.set_chips(chips(self.services) or alone(self.services))

    def _show_status(self) -> None:
        session = self.services.auth.session
        if self._shell is not None and session is not None:
            self._shell.set_status(status(self.services, session))

    def _drop_shell(self) -> None:
        if self._shell is not None:
            shell, self._shell = self._shell, None
            self.services.aims.forget()
            self._stack.removeWidget(shell)
            shell.deleteLater()

    # what the person does

    def _lock(self) -> None:
        auth = self.services.auth
        self.services.bridge.run(self, _("ロック"), lambda _r: auth.lock(), lane="sign-in")

    def _sign_out(self) -> None:
        auth = self.services.auth
        self.services.bridge.run(self, _("サインアウト"), lambda _r: auth.sign_out(), lane="sign-in")

    def appearance_changed(self, rebuild: bool) -> None:
        """Colours change in place; sizes, typeface and language need fresh widgets."""
        self._look = Look.of(self.services.config.appearance)
        self._look.save(self.services.paths.state / LOOK)
        set_language(self._look.language, LOCALE)
        make_themed(self._look)
        if rebuild and isinstance(self._stack.currentWidget(), SignIn):
            self._put(SignIn(self.services, chips(self.services)))
        elif rebuild and self._shell is not None and self.services.auth.session is not None:
            key, focus = self._shell.current(), QApplication.focusWidget()
            name = focus.objectName() if focus is not None else ""
            old, self._shell = self._shell, self._build_shell(self.services.auth.session)
            self._put(self._shell)
            self._stack.removeWidget(old)
            old.deleteLater()
            self._shell.go(key)
            again = self._shell.findChild(QWidget, name) if name else None
            if isinstance(again, QWidget):
                again.setFocus(Qt.FocusReason.OtherFocusReason)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.ring.release()
        self.services.bridge.close()
        super().closeEvent(event)
