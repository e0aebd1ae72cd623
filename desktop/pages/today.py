"""Today: a greeting, the date, what needs me, and the terminal in words. Only what exists is shown."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QWidget

from auth.agent.tickets import TicketsChanged
from auth.agent.tickets import words as ticket_words
from auth.model import FaceDeleted, FaceEnrolled, Factor, MyData, OfficeAnswers, OfficeAway, Session, Unlocked
from auth.offline.words import until_words
from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _
from core.wareki import format_date
from desktop.pages.services import Services
from desktop.pages.today_rows import BulletinCard, fact, item, on_top
from desktop.ui import page
from desktop.ui.beat import Beat
from desktop.ui.buttons import button
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
        tray = services.in_tray
        self.bulletins = BulletinCard(tray.dismiss)
        self._day, day = page.card(_("今日の予定"))
        self._events = page.column(spacing=0.25)
        day.addLayout(self._events)
        self._day.hide()
        self._mine, mine = page.card(_("わたしの用件"))
        self._items = page.column(spacing=0.25)
        self._matters = page.column(spacing=0.25)
        self._nothing = Empty("sun-horizon", _("いま、することはありません。よい一日を。"))
        mine.addLayout(self._items)
        mine.addLayout(self._matters)
        mine.addWidget(self._nothing)
        terminal, self._terminal = page.card(_("この端末"))
        self._facts = page.column(spacing=0)
        self._terminal.addLayout(self._facts)
        self._terminal.addStretch(1)
        columns.add(on_top(self.bulletins, self._day, self._mine), 3)
        columns.add(on_top(terminal), 2)
        whole.addWidget(columns)
        whole.addStretch(1)
        Beat(self, 60_000, self._greet)
        tray.changed.connect(self._show_tray)
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
        self._services.in_tray.read()

    def _show_tray(self) -> None:
        tray = self._services.in_tray
        self.bulletins.put(tray.bulletins)
        page.clear(self._events)
        page.clear(self._matters)
        for each in tray.matters:
            go = button(each.action, partial(self._services.show, each.page, each.aim))
            go.setAccessibleName(f"{each.title}: {each.action}")
            rows = self._events if each.kind == "event" else self._matters
            rows.addWidget(item(each.icon, each.title, each.sentence, go))
        self._calm()

    def _calm(self) -> None:
        """Where nothing waits the page says so; where something does, no empty card stands beside it."""
        mine = self._items.count() + self._matters.count()
        elsewhere = self._events.count() + self.bulletins.unread
        self._day.setVisible(self._events.count() > 0)
        self._nothing.setVisible(not mine and not elsewhere)
        self._mine.setVisible(bool(mine) or not elsewhere)

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
                item(
                    "scan-smiley",
                    _("顔の登録がまだです"),
                    _("1 分ほどで終わります。明日からは、カメラを見るだけで始められます。"),
                    button(_("顔を登録する"), lambda: self._services.enrol(False), "primary"),
                )
            )
        if self._services.key_warning and session.person.role == "it":
            self._items.addWidget(
                item("warning", _("鍵の置き場所を確かめてください"), self._services.key_warning)
            )
        self._calm()
        page.clear(self._facts)
        facts = self._facts_of(session, data)
        for number, (icon, name, words) in enumerate(facts):
            if number:
                self._facts.addWidget(page.line())
            self._facts.addWidget(fact(icon, name, words))

    def _back_at_office(self) -> QFrame:
        auth, bridge = self._services.auth, self._services.bridge

        def lock() -> None:
            bridge.run(self, _("ロック"), lambda _r: auth.lock("office"), lane="sign-in")

        return item(
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
            *self._silent(),
        ]

    def _silent(self) -> list[tuple[str, str, str]]:
        """What could not be asked, so that its absence above is no promise."""
        names = {"calendar": _("予定"), "share": _("共有フォルダ"), "bulletins": _("情報担当からのお知らせ")}
        silent = [name for key, name in names.items() if key in self._services.in_tray.silent]
        words = _("いまは読めません。つながると、ここに出ます。")
        return [("cloud-slash", name, words) for name in silent]


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
