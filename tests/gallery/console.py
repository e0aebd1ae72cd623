"""The console: one scene for each of its concerns, and what IT does there."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from auth.model import Evidence, Factor
from auth.service import AuthService
from core.clock import TOKYO
from core.settings.declared import declared
from core.version import SOURCE
from desktop import trial_notices
from desktop.pages.administration.policy import PolicyView
from desktop.ui.widgets.table import Table
from office.terminals import Report
from tests.gallery.hands import Hands
from tests.gallery.scene import Scene

REPORTS = (
    ("T-1F-001", "14 型ノート A", "ok", 0.2), ("T-1F-002", "14 型ノート A", "ok", 0.3),
    ("T-2F-011", "13 型ノート B", "fail", 0.5), ("T-2F-012", "13 型ノート B", "ok", 1.1),
    ("T-B1-003", "小型デスクトップ C", "ok", 41.0),
)  # fmt: skip
RESULTS = ((2019, 52), (2020, 61), (2021, 66), (2022, 77), (2023, 82.5), (2025, 86))

SIGN_INS = ((3.6, 38_900), (3.7, 42_500), (3.7, 31_200), (3.9, 19_600), (4.2, 11_800), (4.6, 4_200))
"""Seconds and how many, this month first."""


def _concern(words: str, prepare: Callable[[Hands], None] = lambda _hands: None) -> Callable[[Hands], None]:
    def show(hands: Hands) -> None:
        prepare(hands)
        hands.go("administration", words)

    return show


def _guesses(hands: Hands) -> None:
    for _guess in range(5):
        hands.services.auth.sign_in_pin("K100871", "000000")


def _reports(hands: Hands) -> None:
    """Of invented terminals."""
    for name, model, state, days in REPORTS:
        seen, failed = time.time() - days * 86_400, ("disk",) if state == "fail" else ()
        programs = (("LibreOffice", "7.4"), ("Firefox", "128"))
        report = Report(
            name, model, "Debian 12", SOURCE, seen, ("Integrated Camera",), state, failed, programs
        )
        hands.services.office.inventory.take(report)


def _results(hands: Hands) -> None:
    """Invented results of one measure, so that its chart has something to show."""
    for year, value in RESULTS:
        taken = date(year + 1, 3, 31)
        hands.services.office.plan.enter("1.1.1", year, value, "チャットボット運用報告（見本）", taken)


def _hours(hands: Hands) -> None:
    """An office's half year, in which more and more sign in by face; invented."""
    month, times = datetime.now(TOKYO).date().replace(day=1), hands.services.auth.administration._times
    with times._sql.write() as change:
        for seconds, count in SIGN_INS:
            row = f"{month:%Y-%m}", round(seconds * 10), 1, count
            change.run("INSERT INTO sign_in_times (month, tenths, tickets, times) VALUES (?, ?, ?, ?)", *row)
            month = (month - timedelta(days=1)).replace(day=1)


def _incident(hands: Hands) -> None:
    """One begun, with what has been found out so far."""
    hands.go("administration", "事案")
    hands.write("新しい事案の名前", "端末の紛失（福祉政策課）")
    hands.press("事案を始める")
    hands.settle()
    hands.write("対応の記録", "本人に電話で確かめた。最後に使ったのは昨日 17 時、庁舎の中。")
    hands.press("記録する")


def _edit_policy(hands: Hands) -> None:
    """Two settings decided, not saved yet: the difference stands below."""
    hands.go("administration", "方針")
    hands.settle()
    view, settings = hands.view(PolicyView), {one.key: one for one in declared()}
    for key, value in (("security.pin_min_length", "8"), ("offline.days", "7")):
        view.table.choose(settings[key])
        hands.press("方針で決める")
        view.form.line.setText(value)
        view.form.line.textEdited.emit(value)
    view.by.setText("情報政策課")
    view.by.textEdited.emit(view.by.text())


def _step_up(hands: Hands) -> None:
    """A protected action long after signing in by face alone."""
    auth, session = hands.services.auth, hands.session
    long_ago = session.evidence[0].time - 3600
    auth._session = replace(session, evidence=(Evidence(Factor.FACE, long_ago),))
    hands.services.back()
    hands.go("administration", "人")
    hands.visible(Table).selectRow(1)
    hands.settle()
    hands.press("利用を止める")
    hands.settle()
    auth._session = session


def _states(hands: Hands) -> None:
    """Each asked: in the sample office nobody answers for the realm."""
    hands.go("administration", "サービス")
    hands.answered()


def _notices(hands: Hands) -> None:
    trial_notices.post(hands.services)
    hands.go("administration", "お知らせ")


SCENES = (
    Scene("people", _concern("人", Hands.back), everywhere=True),
    Scene("waits", _concern("待ち時間", _guesses)),
    Scene("terminals", _concern("庁内端末"), "operator"),
    Scene("hours", _concern("短縮した時間", _hours)),
    Scene("inventory", _concern("端末の台帳", _reports), "operator"),
    Scene("sign-ins", _concern("サインインの状況"), "operator"),
    Scene("audit", _concern("監査")),
    Scene("storage", _concern("保管量"), "operator"),
    Scene("incident", _incident, "operator"),
    Scene("policy", _concern("方針")),
    Scene("plan", _concern("計画の進捗", _results)),
    Scene("policy-editor", _edit_policy, "operator"),
    Scene("step-up", _step_up, "operator"),
)


def _elsewhere(hands: Hands) -> None:
    """As a terminal of an office with a matcher opens it: the office is administered beside its servers."""
    with pytest.MonkeyPatch.context() as as_a_terminal:
        as_a_terminal.setattr(AuthService, "administered_elsewhere", property(lambda _auth: True))
        _built_anew(hands)
        hands.go("administration", "保管量")
        hands.answered()
    _built_anew(hands, shown=True)


def _built_anew(hands: Hands, shown: bool = False) -> None:
    """The page, when it is next gone to; until then what is ``shown`` stays on the screen."""
    shell = hands.window._shell
    assert shell is not None
    before = shell._built.pop("administration", None)
    if before is not None and not shown:
        shell._stack.removeWidget(before)
        before.deleteLater()


SERVED = (
    Scene("services", _states, "operator", slow=True),
    Scene("notices", _notices, "operator", slow=True),
)
ELSEWHERE = Scene("elsewhere", _elsewhere, "operator", slow=True)
