"""Today: a greeting, the date, what needs me, and the terminal in words. Only what exists is shown."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from auth.agent.tickets import TicketsChanged
from auth.agent.tickets import words as ticket_words
from auth.model import FaceDeleted, FaceEnrolled, Factor, MyData, OfficeAnswers, OfficeAway, Session, Unlocked
from auth.offline.words import until_words
from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _
from core.wareki import format_date
from desktop.pages.matters import Matter, has_schedule, of_schedule
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.buttons import button
from desktop.ui.icons import set_icon
from desktop.ui.widgets.empty import Empty

_NARROW = 46  # em; below it one column


def today_page(services: Services) -> QWidget:
    """Build the page for whoever is signed in."""
    return page.scrolled(Today(services), 72)


class Today(QWidget):
    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        whole = page.column(self, 1.5)
        self._greeting = page.label("", "hero", wrap=True)
        self._date = page.label("", "lead")
        self._date.setProperty("role", "lead")
        head = page.column(spacing=0.2)
        head.addWidget(self._greeting)
        head.addWidget(self._date)
        whole.addLayout(head)
        columns = page.Across(_NARROW, 1.5)
        mine, self._mine = page.card(_("わたしの用件"))
        self._items = page.column(spacing=0.25)
        self._matters = page.column(spacing=0.25)
        self._nothing = Empty("sun-horizon", _("いま、することはありません。よい一日を。"))
        self._mine.addLayout(self._items)
        self._mine.addLayout(self._matters)
        self._mine.addWidget(self._nothing)
        self._mine.addStretch(1)
        terminal, self._terminal = page.card(_("この端末"))
        self._facts = page.column(spacing=0)
        self._terminal.addLayout(self._facts)
        self._terminal.addStretch(1)
        columns.add(_on_top(mine), 3)
        columns.add(_on_top(terminal), 2)
        whole.addWidget(columns)
        whole.addStretch(1)
        self._minute = QTimer(self)
        self._minute.setInterval(60_000)
        self._minute.timeout.connect(self._greet)
        self._minute.start()
        services.presence.changed.connect(self._read)
        for event in (FaceEnrolled, FaceDeleted, TicketsChanged, OfficeAway, OfficeAnswers, Unlocked):
            services.bridge.subscribe(services.events, event, self, lambda _event: self._read())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._greet()
        self._read()

    def _greet(self) -> None:
        session = self._services.auth.session
        now = datetime.now(TOKYO)
        if session is not None:
            self._greeting.setText(greeting(now.hour, session.person.name))
        self._date.setText(format_date(now.date()))

    def _read(self) -> None:
        auth, session = self._services.auth, self._services.auth.session
        if session is None or session.locked:
            return
        self._services.bridge.run(
            self,
            _("今日の画面"),
            lambda _r: auth.my_data(),
            lambda data: self._show(session, data),
            self._unread,
        )

        if has_schedule(self._services, session.person):
            now = datetime.now(TOKYO).replace(tzinfo=None)
            self._services.bridge.run(
                self,
                _("今日の予定"),
                lambda _r: of_schedule(self._services, session.person, now),
                self._show_matters,
                self._unread,
                lane="opening",
            )

    def _show_matters(self, matters: list[Matter]) -> None:
        page.clear(self._matters)
        for each in matters:
            go = button(each.action, partial(self._services.go, each.page))
            go.setAccessibleName(f"{each.title}: {each.action}")
            self._matters.addWidget(_item(each.icon, each.title, each.sentence, go))
        self._nothing.setVisible(not matters and self._items.count() == 0)

    def _unread(self, error: SuiteError) -> None:
        """Locked or signed out meanwhile: then nobody reads this page, and nobody needs to hear of it."""
        session = self._services.auth.session
        if session is not None and not session.locked:
            self._services.notices.error(error)

    def _show(self, session: Session, data: MyData) -> None:
        page.clear(self._items)
        offline = session.offline_until is not None
        if offline and self._services.auth.office is not None and not self._services.auth.office.away:
            self._items.addWidget(self._back_at_office())
        if data.enrolled is None and not offline:
            self._items.addWidget(
                _item(
                    "scan-smiley",
                    _("顔の登録がまだです"),
                    _("1 分ほどで終わります。明日からは、カメラを見るだけで始められます。"),
                    button(_("顔を登録する"), lambda: self._services.enrol(False), "primary"),
                )
            )
        if self._services.key_warning and session.person.role == "it":
            self._items.addWidget(
                _item("warning", _("鍵の置き場所を確かめてください"), self._services.key_warning)
            )
        self._nothing.setVisible(self._items.count() == 0 and self._matters.count() == 0)
        page.clear(self._facts)
        facts = self._facts_of(session, data)
        for number, (icon, name, words) in enumerate(facts):
            if number:
                self._facts.addWidget(page.line())
            self._facts.addWidget(_fact(icon, name, words))

    def _back_at_office(self) -> QFrame:
        auth, bridge = self._services.auth, self._services.bridge

        def lock() -> None:
            bridge.run(self, _("ロック"), lambda _r: auth.lock("office"), lane="sign-in")

        return _item(
            "cloud-check",
            _("職場のサーバーにつながりました"),
            _("もう一度本人を確かめると、インターネットや共有フォルダも使えます。作業はそのまま残ります。"),
            button(_("確かめ直す"), lock, "primary"),
        )

    def _matched_where(self, session: Session) -> str:
        if session.offline_until is not None:
            return _("この端末の控え。結果は、つながったときに職場へ届けます")
        if self._services.config.servers.matcher:
            return _("職場の照合サーバー。映像は暗号化して送り、残しません")
        return _("この端末の中だけ。外へは送りません")

    def _facts_of(self, session: Session, data: MyData) -> list[tuple[str, str, str]]:
        face = (
            _("{date} に登録").format(date=format_date(data.enrolled.astimezone(TOKYO).date()))
            if data.enrolled
            else _("まだ登録していません")
        )
        return [
            *_offline_facts(session),
            ("key", _("サインイン"), signed_in_words(session)),
            ("scan-smiley", _("あなたの顔"), face),
            ("user-focus", _("在席の確認"), self._services.presence.words()),
            (
                "lock-key",
                _("鍵の置き場所"),
                _("ファイル（注意）") if self._services.key_warning else _("端末の鍵の保管庫"),
            ),
            ("desktop", _("照合する所"), self._matched_where(session)),
            *(("cloud-check", name, words) for name, words in ticket_words(self._services.tickets)),
        ]


def greeting(hour: int, name: str) -> str:
    """The greeting for the hour (0–23)."""
    if 4 <= hour < 11:
        return _("おはようございます、{name} さん").format(name=name)
    if 11 <= hour < 18:
        return _("こんにちは、{name} さん").format(name=name)
    return _("こんばんは、{name} さん").format(name=name)


def signed_in_words(session: Session) -> str:
    """How and when, for example 「8:42 に顔で」."""
    started = session.started.astimezone(TOKYO)
    how = "＋".join(f.words() for f in Factor if f in session.factors)
    return _("{hour}:{minute:02d} に{how}で").format(hour=started.hour, minute=started.minute, how=how)


def _offline_facts(session: Session) -> list[tuple[str, str, str]]:
    if session.offline_until is None:
        return []
    words = _("職場のサーバーで確かめていないため、この端末の中の仕事だけができます")
    return [("cloud-slash", until_words(session.offline_until), words)]


def _item(icon: str, title: str, sentence: str, action: QWidget | None = None) -> QFrame:
    frame = QFrame()
    layout = page.row(frame, 0.9)
    layout.setContentsMargins(0, theme.em(0.5), 0, theme.em(0.5))
    mark = QLabel()
    set_icon(mark, icon, "primary", 1.8)
    layout.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    words = page.column(spacing=0.15)
    words.addWidget(page.label(title, "strong", wrap=True))
    words.addWidget(page.label(sentence, "muted", wrap=True))
    layout.addLayout(words, 1)
    if action is not None:
        layout.addWidget(action, 0, Qt.AlignmentFlag.AlignVCenter)
    return frame


def _fact(icon: str, name: str, words: str) -> QWidget:
    box = QWidget()
    layout = page.row(box, 0.8)
    layout.setContentsMargins(0, theme.em(0.6), 0, theme.em(0.6))
    mark = QLabel()
    set_icon(mark, icon, "muted", 1.35)
    layout.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    texts = page.column(spacing=0)
    texts.addWidget(page.label(name, "caption"))
    texts.addWidget(page.label(words, wrap=True))
    layout.addLayout(texts, 1)
    return box


def _on_top(card: QFrame) -> QVBoxLayout:
    """``card`` as high as it needs, at the top of its column."""
    layout = page.column(spacing=0)
    layout.addWidget(card)
    layout.addStretch(1)
    return layout
