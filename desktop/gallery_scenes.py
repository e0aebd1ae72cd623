"""The scenes of the guides' pictures, in an order in which each can be reached from the one before."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QLineEdit,
    QScrollArea,
)

from core.clock import TOKYO
from core.jobs import Report
from desktop.gallery_hands import PATIENCE_S, Hands, wait
from sharefolder.transfer import IfExists

if TYPE_CHECKING:
    from desktop.pages.liaison.kiosk import Kiosk

PIN = "493817"
STAFF = """職員番号,氏名,ふりがな,所属,共用端末
K100871,佐藤 健,さとう けん,道路建設課,
K101502,鈴木 美咲,すずき みさき,税務課,
K102213,高橋 大輔,たかはし だいすけ,危機管理課,宿直
K103344,伊藤 由紀,いとう ゆき,福祉政策課,
K103518,渡辺 翔,わたなべ しょう,河川課,
K104027,中村 恵,なかむら めぐみ,統計課,
"""
CONSOLE = (
    ("people", "人"), ("waits", "待ち時間"), ("terminals", "庁内端末"), ("inventory", "端末の台帳"),
    ("sign-ins", "サインインの状況"), ("audit", "監査"), ("storage", "保管量"), ("incident", "事案"),
    ("policy", "方針"), ("plan", "計画の進捗"),
)  # fmt: skip
"""What the console is about, by the picture's name: one scene each."""
OPERATORS = ("terminals", "inventory", "sign-ins", "storage", "incident")
"""Those of them that only the operator's guide shows."""
REPORTS = (
    ("T-1F-001", "14 型ノート A", "ok", 0.2), ("T-1F-002", "14 型ノート A", "ok", 0.3),
    ("T-2F-011", "13 型ノート B", "fail", 0.5), ("T-2F-012", "13 型ノート B", "ok", 1.1),
    ("T-B1-003", "小型デスクトップ C", "ok", 41.0),
)  # fmt: skip
KEPT = (
    (9, "毛布 900 枚（倉庫B）\n水 2リットル × 2,400 本\n発電機 8 台\n"),
    (16, "毛布 1,000 枚（倉庫B）\n水 2リットル × 3,600 本\n発電機 8 台\n"),
    (23, "毛布 1,200 枚（倉庫B）\n水 2リットル × 3,600 本\n発電機 10 台\n"),
)
"""Days of November 2026 of which the file server has kept a version, and what stood there."""
LAPTOPS = (
    ("profile", "プロファイル"), ("shelf", "棚"), ("network", "ネットワーク"), ("drill", "訓練"),
)  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """``show`` brings the page up; a widget that it gives is the picture instead of the window.

    ``everywhere``: in all themes. ``live``: the camera runs, so it is shown anew for each theme. ``slow``:
    needs a sample office or the camera, so its words are compared in the long run. ``told``: with its banner.
    """

    name: str
    show: Callable[[], object] = lambda: None
    guide: str = "guide"
    everywhere: bool = False
    live: bool = False
    slow: bool = False
    told: bool = False


class Guide(Hands):
    """Leads through the window as a person does, page by page."""

    @classmethod
    def declared(cls) -> Iterator[Scene]:
        """Every scene, without a window to show it in."""
        nothing = cls.__new__(cls)
        nothing._services = nothing._window = None  # type: ignore[assignment]
        return nothing.scenes()

    def scenes(self) -> Iterator[Scene]:
        """Each page, in order."""
        yield Scene("first-run", lambda: self._window.open())
        yield Scene("today", self._signed_in)
        yield Scene("today-tickets", self._tickets)
        yield Scene("today-offline", self._offline)
        yield Scene("consent", lambda: self._services.enrol(True))
        yield Scene("enrol", self._enrol, live=True, slow=True)
        yield Scene("settings", self._settings, slow=True)
        yield Scene("settings-more", lambda: self._go("settings", scroll=560), slow=True)
        yield Scene("self-test", self._self_test, slow=True)
        for name, tab in CONSOLE:
            guide = "operator" if name in OPERATORS else "guide"
            yield Scene(name, partial(self._console, name, tab), guide, everywhere=name == "people")
        yield Scene("policy-editor", self._edit_policy, "operator")
        yield Scene("step-up", self._step_up, "operator")
        yield from self._calendar()
        yield from self._share()
        yield from self._laptops()
        yield Scene("services", self._states, "operator", slow=True)
        yield Scene("notices", self._notices, "operator", slow=True)
        yield Scene("day", self._day, everywhere=True, slow=True)
        yield Scene("search", self._search_all, slow=True)
        yield Scene("quiet", self._quiet, slow=True)
        yield Scene("notifications", self._bell, slow=True)
        yield Scene("calendar-reminder", self._reminder, slow=True, told=True)
        yield Scene("share-history", self._history, slow=True)
        yield Scene("lock", lambda: self._services.auth.lock("person"), slow=True)
        yield Scene("sign-in", self._sign_in, everywhere=True, live=True, slow=True)

    def _calendar(self) -> Iterator[Scene]:
        yield Scene("calendar", partial(self._sample, "calendar"), everywhere=True, slow=True)
        yield Scene("calendar-slots", self._slots, slow=True)
        yield Scene("calendar-phone", self._phone, slow=True)
        yield Scene("calendar-invitation", partial(self._press, "招待を見る"), slow=True)
        yield Scene("calendar-account", partial(self._menu, "予定のサーバー"), slow=True)

    def _share(self) -> Iterator[Scene]:
        yield Scene("sharefolder", partial(self._sample, "sharefolder"), everywhere=True, slow=True)
        yield Scene("share-files", self._file, slow=True)
        yield Scene("share-search", self._search, slow=True)
        yield Scene("share-inquiry", partial(self._press, "照会"), slow=True)
        yield Scene("share-answer", self._answer, slow=True)
        yield Scene("share-library", partial(self._press, "仕様書"), slow=True)
        yield Scene("share-cases", self._case, slow=True)

    def _laptops(self) -> Iterator[Scene]:
        yield Scene("liaison", partial(self._sample, "liaison"), everywhere=True, slow=True)
        yield Scene("liaison-prepared", self._prepare, "operator", slow=True)
        yield Scene("liaison-wall", partial(self._press, "一覧"), "operator", slow=True)
        yield Scene("liaison-lent", self._lend, "operator", slow=True)
        yield Scene("liaison-wiped", self._take_back, "operator", slow=True)
        for name, tab in LAPTOPS:
            yield Scene(f"liaison-{name}", partial(self._press, tab), "operator", slow=True)
        yield Scene("liaison-kiosk", _kiosk, "operator")

    # what the person does

    def _signed_in(self) -> None:
        from auth.model import Person, Role

        auth = self._services.auth
        me = Person("K100234", "山本 花子", "やまもと はなこ", "情報政策課", Role.IT)
        auth.create_first_administrator(me, PIN)
        auth.administration.import_csv(STAFF.encode())
        self._services.back()

    def _tickets(self) -> None:
        """As in an office with a realm: this machine has none."""
        from auth.agent.tickets import Service, State, Tickets

        keeper, evening = self._services.tickets, datetime.now(TOKYO).replace(hour=23, minute=30)
        self._before = (keeper.services, keeper.now)
        kinds = ("internet", "share", "applications")
        keeper.services = tuple(Service(kind, "HTTP", "host") for kind in kinds)  # type: ignore[arg-type]
        keeper._now = Tickets(State.GOOD, evening)
        self._today_again()

    def _offline(self) -> None:
        """As on a day when no server answers."""
        auth, keeper = self._services.auth, self._services.tickets
        keeper.services, keeper._now = self._before
        session = auth.session
        assert session is not None  # noqa: S101 - signed in by the scene before
        auth._session = replace(session, offline_until=time.time() + 14 * 86_400)
        self._window._show_chips()
        self._today_again()
        auth._session = session

    def _today_again(self) -> None:
        self._go("settings")
        self._go("today")

    def _enrol(self) -> None:
        self._services.enrol(True)
        agree = "読みました。顔のデータを残すことに同意します"
        next(c for c in self._window.findChildren(QCheckBox) if c.text() == agree and c.isVisible()).click()
        self._press("同意して顔を登録する")
        wait(self._asked, 15)

    def _settings(self) -> None:
        wait(self._enrolled, 20)
        self._back()
        self._go("settings")

    def _enrolled(self) -> bool:
        return self._services.auth.my_data().enrolled is not None

    def _self_test(self) -> None:
        self._press("診断する")
        wait(lambda: self._services.bridge.idle, PATIENCE_S)
        for area in self._window.findChildren(QScrollArea):
            if area.isVisible():
                area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())

    def _console(self, name: str, tab: str) -> None:
        prepare = {"people": self._back, "waits": self._guesses, "plan": self._results}
        prepare.get(name, self._reports if name == "inventory" else lambda: None)()
        self._go("administration", tab)

    def _back(self) -> None:
        self._services.back()
        self._window._show_chips()

    def _guesses(self) -> None:
        for _guess in range(5):
            self._services.auth.sign_in_pin("K100871", "000000")

    def _reports(self) -> None:
        """Of invented terminals."""
        from core.version import SOURCE
        from office.terminals import Report

        for name, model, state, days in REPORTS:
            seen, failed = time.time() - days * 86_400, ("disk",) if state == "fail" else ()
            programs = (("LibreOffice", "7.4"), ("Firefox", "128"))
            report = Report(
                name, model, "Debian 12", SOURCE, seen, ("Integrated Camera",), state, failed, programs
            )
            self._services.office.inventory.take(report)

    def _results(self) -> None:
        """Invented results of one measure, so that its chart has something to show."""
        for year, value in ((2019, 52), (2020, 61), (2021, 66), (2022, 77), (2023, 82.5), (2025, 86)):
            taken = date(year + 1, 3, 31)
            self._services.office.plan.enter("1.1.1", year, value, "チャットボット運用報告（見本）", taken)

    def _edit_policy(self) -> None:
        """Two settings decided, not saved yet: the difference stands below."""
        from core.config import declared
        from desktop.pages.administration.policy import PolicyView

        self._go("administration", "方針")
        self._settle()
        view, settings = self._view(PolicyView), {one.key: one for one in declared()}
        for key, value in (("security.pin_min_length", "8"), ("offline.days", "7")):
            view.table.choose(settings[key])
            self._press("方針で決める")
            view.form.line.setText(value)
            view.form.line.textEdited.emit(value)
        view.by.setText("情報政策課")
        view.by.textEdited.emit(view.by.text())

    def _states(self) -> None:
        """Each asked: in the sample office nobody answers for the realm."""
        self._go("administration", "サービス")
        wait(lambda: self._services.bridge.idle, PATIENCE_S)

    def _step_up(self) -> None:
        """A protected action long after signing in by face alone."""
        from auth.model import Evidence, Factor
        from desktop.ui.widgets.table import Table

        session = self._services.auth.session
        assert session is not None  # noqa: S101
        long_ago = session.evidence[0].time - 3600
        self._services.auth._session = replace(session, evidence=(Evidence(Factor.FACE, long_ago),))
        self._services.back()
        self._go("administration", "人")
        next(t for t in self._window.findChildren(Table) if t.isVisible()).selectRow(1)
        self._settle()
        self._press("利用を止める")
        self._settle()
        self._services.auth._session = session

    def _sample(self, feature: str) -> None:
        """A feature's page, filled with its sample office."""
        self._services.trial = True
        self._go(feature)
        wait(lambda: self._services.bridge.idle, PATIENCE_S)
        self._services.trial = False
        self._put_cards_away()

    def _slots(self) -> None:
        self._press("空き時間")
        self._settle()
        self._press("さがす")
        wait(lambda: self._services.bridge.idle, PATIENCE_S)

    def _phone(self) -> None:
        self._menu("携帯をつなぐ")
        names = (f.accessibleName() for f in self._window.findChildren(QLineEdit) if f.isVisible())
        self._type(next(name for name in names if "携帯" in name), "わたしの携帯")
        self._press("コードを作る")
        wait(lambda: self._services.bridge.idle, PATIENCE_S)

    def _day(self) -> None:
        """With something ahead, at whatever hour the picture is made."""
        self._event(60, "議会答弁 すり合わせ", "第二会議室")
        self._go("today")

    def _event(self, minutes: int, title: str, place: str) -> None:
        """Of half an hour, so many minutes from now."""
        from calendar_sync.model import Draft, Owner

        session = self._services.auth.session
        assert session is not None  # noqa: S101
        person = session.person
        schedule = self._services.schedules.of(Owner(person.staff_number, person.name, person.section))
        start = datetime.now(TOKYO).replace(tzinfo=None, second=0, microsecond=0) + timedelta(minutes=minutes)
        schedule.create(Draft(1, title, start, start + timedelta(minutes=30), location=place))

    def _reminder(self) -> None:
        """An event that begins in eight minutes."""
        from desktop.pages.calendar.reminding import Reminding

        self._event(8, "部長説明", "部長室")
        self._go("today")
        for reminding in self._window.findChildren(Reminding):
            reminding.look()
        wait(lambda: self._services.bridge.idle, PATIENCE_S)

    def _file(self) -> None:
        from desktop.pages.sharefolder.files import Files
        from sharefolder.sample import NAME

        view = self._view(Files)
        view.go(NAME, "防災課/災害対応", "防災課/災害対応/避難所開設の手順.txt")
        wait(lambda: self._services.bridge.idle, PATIENCE_S)

    def _search(self) -> None:
        from desktop.pages.sharefolder.files import Files

        view = self._view(Files)
        view.finder.setText("毛布")
        wait(lambda: view.stack.current() is view.found and self._services.bridge.idle, PATIENCE_S)

    def _history(self) -> None:
        """On a real file server that keeps versions: the tests' Samba, ended with the guide."""
        from desktop.pages.sharefolder.files import Files
        from tests.fakes.samba import PASSWORD, running

        place, name = "本庁ファイルサーバー", "避難所の備蓄.txt"
        server, share = self._stays.enter_context(running()), self._services.share
        for day, words in KEPT:
            kept = server.export / ".snapshots" / f"@GMT-2026.11.{day:02}-09.00.00" / "防災課" / name
            kept.parent.mkdir(parents=True)
            kept.write_text(words, "utf-8")
            os.utime(kept, (datetime(2026, 11, day, 14, 40, tzinfo=TOKYO).timestamp(),) * 2)
        (server.export / "防災課").mkdir()
        share.add_place(place, f"smb://127.0.0.1:{server.port}/versions", "root", PASSWORD)
        source = server.export.parent / name
        source.write_text("毛布 1,200 枚（倉庫B）\n水 2リットル × 4,800 本\n発電機 14 台\n", "utf-8")
        share.upload(place, "防災課", [source], IfExists.REPLACE, Report(lambda *_said: None))
        self._go("sharefolder", "ファイル")
        view = self._view(Files)
        view.show_places()
        view.go(place, "防災課", f"防災課/{name}")
        wait(lambda: self._services.bridge.idle, PATIENCE_S)
        self._press("履歴")
        wait(lambda: self._services.bridge.idle, PATIENCE_S)

    def _prepare(self) -> None:
        self._press("準備")
        wait(lambda: self._enabled("すべて準備する"), PATIENCE_S)
        self._press("すべて準備する")
        wait(lambda: self._services.bridge.idle and self._enabled("すべて準備する"), PATIENCE_S)
        self._put_cards_away()

    def _lend(self) -> None:
        self._press("貸出と返却")
        self._type("借りる人の氏名", "髙﨑 一郎")
        self._type("所属先", "国土交通省")
        self._scan("K01")

    def _take_back(self) -> None:
        self._press("返却を受ける")
        self._scan("K01")
        self._put_cards_away()

    def _answer(self) -> None:
        from desktop.ui.widgets.table import Table

        next(t for t in self._window.findChildren(Table) if t.isVisible()).selectRow(0)
        self._press("画面で回答する")
        wait(lambda: self._services.bridge.idle, PATIENCE_S)

    def _case(self) -> None:
        self._press("モデルケース")
        wait(lambda: self._services.bridge.idle, PATIENCE_S)
        lists = (each for each in self._window.findChildren(QAbstractItemView) if each.isVisible())
        each = next(each for each in lists if each.model() and each.model().rowCount())
        each.setCurrentIndex(each.model().index(0, 0))
        self._settle()

    def _notices(self) -> None:
        from desktop import trial_notices

        trial_notices.post(self._services)
        self._go("administration", "お知らせ")

    def _search_all(self) -> None:
        from desktop.ui.search import SearchField

        field = self._view(SearchField)
        self._window.activateWindow()
        wait(self._window.isActiveWindow, PATIENCE_S)
        field.open()
        wait(field.hasFocus, PATIENCE_S)  # without it nothing is looked for
        field.setText("予算")
        wait(lambda: field.settled and bool(field.found), PATIENCE_S)

    def _quiet(self) -> None:
        self._services.show("settings", "notifications.quiet_from")

    def _bell(self) -> None:
        self._go("today")
        from desktop.ui.bell import Bell

        self._view(Bell).open()

    def _sign_in(self) -> None:
        self._services.auth.sign_out()
        self._services.back()
        wait(self._asked, 15)


def _kiosk() -> Kiosk:
    """What a laptop prepared by the shipped profile itself shows."""
    from desktop.pages.liaison.kiosk import Kiosk
    from liaison import kiosk, profile
    from liaison.steps import kiosk as step

    source = Path(profile.__file__).with_name("profiles") / "liaison.toml"
    content = step.resources(profile.load(source), source.parent)[0].content
    shown = kiosk.Shown.model_validate_json(content)
    screen = Kiosk(shown, lambda _address: None, lambda _language: None)
    screen.resize(1280, 800)
    screen.show()
    return screen
