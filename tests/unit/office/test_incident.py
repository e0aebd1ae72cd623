"""An incident stops whom it names, a drill stops nobody, and both tell what happened in order."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.audit import Detail, Entry
from core.errors import SuiteError
from office.incident import FIELDS, Incidents, report_text
from office.schema import open_sql
from office.trail import Wish


class Desk:
    def __init__(self, folder: Path) -> None:
        self.rows: list[tuple[str, str, str, Detail]] = []
        self.locked: list[str] = []
        self.trail: list[Entry] = []
        self.fails = False
        self.office = Incidents(
            open_sql(folder / "office.db"), lambda: "K100234", lambda *row: self.rows.append(row),
            self._lock, self._lock, self._find,
        )  # fmt: skip

    def _lock(self, subject: str) -> None:
        if self.fails:
            raise SuiteError("この操作はできません。", "登録がありません。", "確かめてください。", "AUTH-005")
        self.locked.append(subject)

    def _find(self, wish: Wish, limit: int, _before: int | None) -> list[Entry]:
        return [e for e in self.trail if wish.words[0] in (e.actor, e.subject)][:limit]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_one_press_stops_a_person_or_a_terminal_and_is_told(desk: Desk) -> None:
    number = desk.office.begin("端末の紛失", drill=False)
    desk.office.lock_person(number, " k100871 ")
    desk.office.lock_terminal(number, "T-1F-012")
    assert desk.locked == ["K100871", "T-1F-012"]
    assert [row[0] for row in desk.rows] == [
        "incident.opened", "incident.locked-person", "incident.locked-terminal",
    ]  # fmt: skip
    assert all("紛失" not in str(row) for row in desk.rows), "words stay out of the trail"


def test_a_drill_stops_nobody_and_says_that_it_is_one(desk: Desk) -> None:
    number = desk.office.begin("訓練", drill=True)
    desk.office.lock_person(number, "K100871")
    assert desk.locked == []
    assert desk.rows[-1][3]["drill"] is True
    incident = desk.office.all()[0]
    text = report_text(incident, {}, desk.office.timeline(number))
    assert text.startswith("【訓練】")
    assert "職員を停止　K100871" in text


def test_what_could_not_be_stopped_is_not_noted_as_stopped(desk: Desk) -> None:
    number = desk.office.begin("不審な操作", drill=False)
    desk.fails = True
    with pytest.raises(SuiteError, match="AUTH-005"):
        desk.office.lock_person(number, "K100871")
    assert [step.kind for step in desk.office.timeline(number)] == ["opened"]


def test_the_timeline_holds_the_day_before_and_leaves_older_rows_out(desk: Desk) -> None:
    def row(id_: int, hours: float, action: str = "sign-in.refused") -> Entry:
        moment = (datetime.now(UTC) - timedelta(hours=hours)).isoformat(timespec="microseconds")
        return Entry(id_, moment, action, "K100871", "K100871", {"reason": "flat"})

    desk.trail = [row(3, 0.5), row(2, 20), row(1, 30), row(4, 0.1, "incident.locked-person")]
    number = desk.office.begin("不審な操作", drill=False)
    desk.office.lock_person(number, "K100871")
    desk.office.note(number, "本人に電話で確認")
    steps = desk.office.timeline(number)
    assert [step.kind for step in steps] == ["trail", "trail", "opened", "locked-person", "note"]
    assert steps == sorted(steps, key=lambda step: step.time)
    assert steps[0].words == "sign-in.refused reason=flat"


def test_an_incident_that_is_over_takes_nothing_more(desk: Desk) -> None:
    number = desk.office.begin("訓練", drill=True)
    desk.office.close(number)
    for act in (
        lambda: desk.office.note(number, "x"),
        lambda: desk.office.lock_person(number, "K1"),
        lambda: desk.office.close(number),
        lambda: desk.office.note(99, "x"),
    ):
        with pytest.raises(SuiteError, match="INC-001"):
            act()


@pytest.mark.parametrize("title", ["", "  ", "x" * 101, "a\x00b"])
def test_a_title_is_words(desk: Desk, title: str) -> None:
    with pytest.raises(SuiteError, match="INC-001"):
        desk.office.begin(title, drill=False)


def test_the_report_has_the_rule_s_matters_and_keeps_what_is_known(desk: Desk) -> None:
    number = desk.office.begin("誤送信", drill=False)
    desk.office.fill(number, {"people": "12 人", "outline": "別の宛先に送った", "nonsense": "x"})
    desk.office.fill(number, {"people": "13 人"})
    assert desk.office.fields(number) == {"people": "13 人", "outline": "別の宛先に送った"}
    assert len(FIELDS) == 10
    text = report_text(desk.office.all()[0], desk.office.fields(number), desk.office.timeline(number))
    assert "■ 本人の数\n13 人" in text
    assert "■ 原因\n（確認中）" in text
    with pytest.raises(SuiteError, match="INC-001"):
        desk.office.fill(number, {"people": "x" * 5001})
    assert time.time() >= desk.office.all()[0].opened
