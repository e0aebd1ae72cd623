"""A protected action asks for a factor more: in place, and then goes on by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QScrollArea

from auth.model import Factor
from auth.step_up import StepUpNeeded
from core.errors import SuiteError
from core.i18n import _, sentences
from core.jobs import Report
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import PinField, labelled

T = TypeVar("T")


class StepUpCard(QFrame):
    """Hidden until an action that ``run`` does asks for it."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._then: Callable[[], object] = lambda: None
        self._factor = Factor.PIN
        self.setProperty("notice", "info")
        layout = page.column(self, 0.5, 0.9)
        self._title = page.label("", "strong", wrap=True)
        self._words = page.label("", wrap=True)
        layout.addWidget(self._title)
        layout.addWidget(self._words)
        self.secret = PinField(_("確認のための番号"))
        self.secret.edit.returnPressed.connect(self._prove)
        self._field = labelled(_("確認のための番号"), self.secret)
        self._field.setMaximumWidth(theme.em(22))
        layout.addWidget(self._field)
        self.wrong = page.label("", "danger", wrap=True)
        layout.addWidget(self.wrong)
        line = page.row(spacing=0.6)
        self.go = button(_("確かめて続ける"), self._prove, icon="shield-check")
        self.other = button(_("トークンの番号を使う"), self._change, "plain")
        line.addWidget(self.go)
        line.addWidget(self.other)
        line.addWidget(button(_("やめる"), self.hide, "plain"))
        line.addStretch()
        layout.addLayout(line)
        self.hide()

    def run(
        self,
        owner: QObject,
        title: str,
        work: Callable[[], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[SuiteError], object] | None = None,
        *,
        ended: Callable[[], object] | None = None,
        card: bool = False,
    ) -> None:
        """As ``Bridge.run``; where a factor is wanted first, it is asked for and ``work`` is tried again."""
        self.run_long(owner, title, lambda _r: work(), done, failed, ended=ended, card=card)

    def run_long(
        self,
        owner: QObject,
        title: str,
        work: Callable[[Report], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[SuiteError], object] | None = None,
        *,
        ended: Callable[[], object] | None = None,
        card: bool = True,
    ) -> None:
        """As ``run``, of work that reports how far it is."""

        def refused(error: SuiteError) -> None:
            if isinstance(error, StepUpNeeded):
                again = lambda: self.run_long(owner, title, work, done, failed, ended=ended, card=card)  # noqa: E731
                self._ask(title, error, again)
            else:
                (failed or self._services.bridge.on_error)(error)

        self._services.bridge.run(owner, title, work, done, refused, ended=ended, card=card)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.secret.edit.clear()
        self._then = lambda: None

    def _ask(self, title: str, needed: StepUpNeeded, then: Callable[[], object]) -> None:
        typed = [f for f in (Factor.PIN, Factor.TOTP) if f in needed.factors]
        self._title.setText(title)
        words = needed.why
        if Factor.FACE in needed.factors:
            words = sentences(words, _("顔は、画面をロックして顔で解除すると確かめられます。"))
        self._words.setText(words)
        self._field.setVisible(bool(typed))
        self.go.setVisible(bool(typed))
        self.other.setVisible(len(typed) == 2)
        self.wrong.hide()
        self._use(typed[0] if typed else Factor.PIN)
        self._then = then
        self._reveal()
        announce(self, words, urgent=True)

    def _reveal(self) -> None:
        """On the screen also where the page has been left (an undo in a banner) or is scrolled down."""
        if (parent := self.parentWidget()) is not None and not parent.isVisible():
            self._services.go("administration")
        self.show()
        self.secret.setFocus(Qt.FocusReason.OtherFocusReason)
        while parent is not None and not isinstance(parent, QScrollArea):
            parent = parent.parentWidget()
        if (area := parent) is not None:
            QTimer.singleShot(0, self, lambda: area.ensureWidgetVisible(self, 0, theme.em(1)))

    def _use(self, factor: Factor) -> None:
        self._factor = factor
        pin = factor is Factor.PIN
        label = self._field.findChild(type(self._title))
        words = _("暗証番号") if pin else _("トークンの番号")
        if label is not None:
            label.setText(words)
        self.secret.edit.setAccessibleName(words)
        self.other.setText(_("トークンの番号を使う") if pin else _("暗証番号を使う"))
        self.secret.edit.clear()
        self.secret.setFocus(Qt.FocusReason.OtherFocusReason)

    def _change(self) -> None:
        self._use(Factor.TOTP if self._factor is Factor.PIN else Factor.PIN)

    def _prove(self) -> None:
        auth, typed, then = self._services.auth, self.secret.edit.text(), self._then
        prove = auth.step_up_pin if self._factor is Factor.PIN else auth.step_up_totp

        def proved(_nothing: object) -> None:
            self.hide()
            then()

        self._services.bridge.run(self, _("本人確認"), lambda _r: prove(typed), proved, self._not_proved)

    def _not_proved(self, error: SuiteError) -> None:
        self.secret.edit.clear()
        self.wrong.setText(str(error))
        self.wrong.show()
        announce(self, self.wrong.text(), urgent=True)
