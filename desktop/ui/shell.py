"""The frame around every page: rail, top line, notices, job cards, status line. It knows no feature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from core.i18n import _
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.bell import Bell
from desktop.ui.bridge import Bridge
from desktop.ui.buttons import Button, button, card_button, icon_button
from desktop.ui.centre import Calling
from desktop.ui.icons import set_icon
from desktop.ui.job_card import JobCards
from desktop.ui.notice import NoticeBar
from desktop.ui.page import Page
from desktop.ui.search import Command, Look, SearchField
from desktop.ui.widgets.avatar import Avatar
from desktop.ui.widgets.hills import Mark


@dataclass(frozen=True)
class Who:
    """The signed-in person as the rail shows them."""

    name: str
    section: str
    role: str


@dataclass(frozen=True)
class Leaving:
    """What the person menu does."""

    lock: Callable[[], object]
    switch: Callable[[], object]
    sign_out: Callable[[], object]


class Shell(QWidget):
    """Pages are built when first shown."""

    page_shown = Signal(str)

    def __init__(
        self,
        bridge: Bridge,
        pages: Sequence[Page],
        build: Callable[[Page], QWidget],
        who: Who,
        leaving: Leaving,
        more_commands: Callable[[str], Sequence[Command]] = lambda _text: (),
        look: Look = lambda _text, _show: (),
        calling: Calling | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("canvas")
        self._pages = [p for p in pages if p.for_role(who.role)]
        self._build, self._who, self._leaving = build, who, leaving
        self._more_commands = more_commands
        self._built: dict[str, QWidget] = {}
        self._buttons: dict[str, Button] = {}
        self.notices = NoticeBar()
        self.bell = Bell(calling or Calling(), self.notices, bridge)
        self._stack = QStackedWidget()
        self._title = page.label("", "title")
        self.search = SearchField(self.commands, look)
        self._status = page.row(spacing=1.5)
        whole = page.row(self, 0)
        whole.addWidget(self._build_rail())
        right = page.column(spacing=0)
        self._top = self._build_top_line()
        right.addWidget(self._top)
        right.addWidget(self.notices)
        right.addWidget(self._stack, 1)
        right.addWidget(JobCards(bridge))
        right.addWidget(self._build_status())
        whole.addLayout(right, 1)
        self._add_shortcuts()

    # the parts

    def _build_rail(self) -> QFrame:
        rail = QFrame()
        rail.setObjectName("rail")
        rail.setMinimumWidth(theme.em(13.5))
        rail.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        layout = page.column(rail, 0.2, 0.75)
        brand = page.row(spacing=0.6)
        brand.setContentsMargins(theme.em(0.4), theme.em(0.35), 0, theme.em(1.1))
        brand.addWidget(Mark())
        brand.addWidget(page.label(_("まほろば"), "brand"))
        brand.addStretch()
        layout.addLayout(brand)
        layout.addWidget(self._build_nav(), 1)
        layout.addWidget(page.line())
        layout.addWidget(self._person_button())
        return rail

    def _build_nav(self) -> QScrollArea:
        """The pages; on a low screen with large text they scroll, brand and person stay."""
        inside = QWidget()
        inside.setObjectName("page")
        layout = page.column(inside, 0.2)
        for entry in self._pages:
            if not entry.bottom:
                layout.addWidget(self._nav_button(entry))
        layout.addStretch()
        for entry in self._pages:
            if entry.bottom:
                layout.addWidget(self._nav_button(entry))
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.viewport().setAutoFillBackground(False)
        area.setMinimumWidth(inside.minimumSizeHint().width())
        return area

    def _nav_button(self, entry: Page) -> Button:
        made = button(entry.title(), lambda: self.go(entry.key), "nav", entry.icon)
        made.setObjectName(f"nav-{entry.key}")
        self._buttons[entry.key] = made
        return made

    def _person_button(self) -> Button:
        name = _("{name}（ロック・交代・サインアウト）").format(name=self._who.name)
        made = card_button(name, "person", self._open_person_menu)
        made.setObjectName("person")
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        layout = page.row(made, 0.6, 0.35)
        layout.addWidget(Avatar(self._who.name))
        words = page.column(spacing=0)
        for text, role in ((self._who.name, "strong"), (self._who.section, "caption")):
            shown = page.label(text, role, wrap=True)
            shown.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            words.addWidget(shown)
        layout.addLayout(words, 1)
        caret = QLabel()
        caret.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        set_icon(caret, "caret-up", "muted", 1)
        layout.addWidget(caret)
        self._person = made
        return made

    def _build_top_line(self) -> QFrame:
        top = QFrame()
        top.setObjectName("topline")
        layout = page.row(top, 0.75)
        layout.setContentsMargins(theme.em(2), theme.em(0.7), theme.em(1.25), theme.em(0.7))
        layout.addWidget(self._title)
        layout.addStretch(1)
        self.search.setMinimumWidth(theme.em(9))
        self.search.setMaximumWidth(theme.em(22))
        layout.addWidget(self.search, 2)
        self._chip_box = QWidget()
        self._chips = page.row(self._chip_box, 0.4)
        layout.addWidget(self._chip_box)
        layout.addWidget(self.bell)
        self._lock = icon_button(_("画面をロック（Ctrl+L）"), "lock-simple", self._leaving.lock)
        layout.addWidget(self._lock)
        return top

    def _build_status(self) -> QFrame:
        bottom = QFrame()
        bottom.setObjectName("status")
        layout = page.row(bottom)
        layout.setContentsMargins(theme.em(2), theme.em(0.3), theme.em(1.25), theme.em(0.3))
        layout.addLayout(self._status)
        layout.addStretch()
        return bottom

    # what happens

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.bell.fit(event.size().width() >= theme.em(56))
        self._fit_chips()

    def _fit_chips(self) -> None:
        """Where the top line has no room for them the chips go: today says the same in words."""
        line, parts = self._top.layout(), (self._title, self._chips, self.bell, self._lock)
        assert line is not None  # noqa: S101 - built with one
        edges, gaps = line.contentsMargins(), line.spacing() * len(parts)
        words = sum(part.sizeHint().width() for part in parts) + self.search.minimumWidth()
        self._chip_box.setVisible(words + gaps + edges.left() + edges.right() <= self._top.width())

    def go(self, key: str) -> None:
        """Show page ``key``; unknown or not for this role: nothing happens."""
        entry = next((p for p in self._pages if p.key == key), None)
        if entry is None:
            return
        if key not in self._built:
            self._built[key] = self._build(entry)
            self._stack.addWidget(self._built[key])
        self._stack.setCurrentWidget(self._built[key])
        self._title.setText(entry.title())
        self._fit_chips()
        for other, made in self._buttons.items():
            made.setProperty("current", other == key)
            made.setAccessibleDescription(_("表示中のページ") if other == key else "")
            icon = next(p.icon for p in self._pages if p.key == other)
            set_icon(made, icon, "on_selected" if other == key else "text")
            page.restyle(made)
        if QApplication.focusWidget() in self._buttons.values():
            self.rest()  # the ring stands where the page is
        announce(self, entry.title())
        self.page_shown.emit(key)

    def rest(self) -> None:
        """Put the focus on the rail, where a keyboard begins."""
        if self.current() in self._buttons:
            self._buttons[self.current()].setFocus(Qt.FocusReason.OtherFocusReason)

    def current(self) -> str:
        """The key of the page on the screen."""
        widget = self._stack.currentWidget()
        return next((key for key, built in self._built.items() if built is widget), "")

    def page(self, key: str) -> QWidget | None:
        """The widget of page ``key`` if it has been built."""
        return self._built.get(key)

    def set_chips(self, chips: Sequence[tuple[str, str]]) -> None:
        """State chips beside the search field: (calm | note | warning | plain, words)."""
        page.clear(self._chips)
        for kind, words in chips:
            made = page.label(words)
            made.setProperty("chip", kind)
            made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            self._chips.addWidget(made)
            made.ensurePolished()  # its size is asked for at once,
            made.show()  # and one that is not shown has none
        self._fit_chips()

    def set_status(self, sentences: Sequence[str]) -> None:
        """Short facts on the bottom line."""
        page.clear(self._status)
        for words in sentences:
            self._status.addWidget(page.label(words))

    def commands(self, text: str) -> list[Command]:
        """What the search field offers for ``text``."""
        pages, verbs = _("ページ"), _("操作")
        found = [
            Command(p.title(), p.icon, partial(self.go, p.key), p.key, f"Ctrl+{n}", pages)
            for n, p in enumerate(self._pages, 1)
        ]
        found += [
            Command(_("画面をロックする"), "lock-simple", self._leaving.lock, "lock ろっく", "Ctrl+L", verbs),
            Command(
                _("別の人に交代する"), "user-switch", self._leaving.switch, "switch こうたい", group=verbs
            ),
            Command(
                _("サインアウトする"),
                "sign-out",
                self._leaving.sign_out,
                "sign out さいんあうと",
                group=verbs,
            ),
        ]
        return [*found, *self._more_commands(text)]

    def _add_shortcuts(self) -> None:
        def key(keys: str, act: Callable[[], object]) -> None:
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(lambda: act())

        key("Ctrl+K", self.search.open)
        key("Ctrl+L", self._leaving.lock)
        for number, entry in enumerate(self._pages, 1):
            key(f"Ctrl+{number}", lambda name=entry.key: self.go(name))  # type: ignore[misc]

    def _open_person_menu(self) -> None:
        menu = QMenu(self)
        menu.setAccessibleName(self._who.name)
        menu.addAction(_("画面をロックする"), self._leaving.lock)
        menu.addAction(_("別の人に交代する"), self._leaving.switch)
        menu.addSeparator()
        menu.addAction(_("サインアウトする"), self._leaving.sign_out)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        size = menu.sizeHint()
        menu.popup(self._person.mapToGlobal(QPoint(0, -size.height() - theme.em(0.4))))
