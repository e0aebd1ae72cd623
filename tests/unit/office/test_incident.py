"""An incident stops whom it names, a drill stops nobody, and both tell what happened in order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.audit import Detail, Entry
from core.errors import SuiteError
from office.incident import Incidents, Stopped
from office.incident_fields import KIND, KINDS, SECTIONS, TITLES
from office.incident_paper import report_text
from office.incident_report import Typed
from office.schema import open_sql
from office.trail import Wish


class Desk:
    def __init__(self, folder: Path) -> None:
        self.rows: list[tuple[str, str, str, Detail]] = []
        self.locked: list[str] = []
        self.trail: list[Entry] = []
        self.fails = False
        self.actor = "K100234"
        self.office = Incidents(
            open_sql(folder / "office.db"), lambda: self.actor, lambda *row: self.rows.append(row),
            self._lock, self._lock, self._find,
        )  # fmt: skip

    def _lock(self, subject: str, drill: bool) -> Stopped:
        if self.fails:
            raise SuiteError("この操作はできません。", "登録がありません。", "確かめてください。", "AUTH-005")
        if not drill:
            self.locked.append(subject)
        return Stopped(("サインイン",), ("AD で無効にする",))

    def _find(self, wish: Wish) -> list[Entry]:
        return [e for e in self.trail if wish.words[0] in (e.actor, e.subject)]


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


def test_the_timeline_is_whole_and_ends_with_the_incident(desk: Desk) -> None:
    def row(id_: int, ahead_s: float = 0.0) -> Entry:
        moment = (datetime.now(UTC) + timedelta(seconds=ahead_s)).isoformat(timespec="microseconds")
        return Entry(id_, moment, "share.sent", "K100871", "", {"n": id_})

    desk.trail = [row(number) for number in range(700)]
    number = desk.office.begin("不正な持ち出し", drill=False)
    desk.office.lock_person(number, "K100871")
    desk.office.close(number)
    desk.trail.append(row(9999, 0.001))  # the same day, after its end
    steps = desk.office.timeline(number)
    assert [step.words for step in steps if step.kind == "trail"] == [
        f"share.sent n={count}" for count in range(700)
    ]
    assert report_text(desk.office.all()[0], {}, steps).count("share.sent") == 700


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


def test_what_a_stop_left_stands_in_the_timeline_and_in_the_report(desk: Desk) -> None:
    number = desk.office.begin("端末の紛失", drill=False)
    desk.office.lock_person(number, "K100871")
    steps = desk.office.timeline(number)
    assert steps[-1].words == "・サインイン\n→ AD で無効にする"
    assert "職員を停止　K100871　・サインイン → AD で無効にする" in report_text(
        desk.office.all()[0], {}, steps
    )


def test_a_drill_too_takes_nobody_who_does_not_exist(desk: Desk) -> None:
    number = desk.office.begin("訓練", drill=True)
    desk.fails = True
    for lock in (desk.office.lock_person, desk.office.lock_terminal):
        with pytest.raises(SuiteError, match="AUTH-005"):
            lock(number, "K999999")
    assert [step.kind for step in desk.office.timeline(number)] == ["opened"]


def test_the_report_keeps_what_is_known(desk: Desk) -> None:
    number = desk.office.begin("誤送信", drill=False)
    report = desk.office.report(number)
    report.fill({"people": Typed("12 人", ""), "outline": Typed("別の宛先", ""), "nonsense": Typed("x", "")})
    report.fill({"people": Typed("13 人", "12 人")})
    assert report.saved() == {"people": "13 人", "outline": "別の宛先"}
    text = report_text(desk.office.all()[0], report.saved(), desk.office.timeline(number))
    assert "■ 本人の数\n13 人" in text
    assert "■ 原因\n（確認中）" in text
    with pytest.raises(SuiteError, match="INC-001"):
        report.fill({"people": Typed("x" * 5001, "13 人")})


def test_what_a_colleague_saved_is_not_overwritten(desk: Desk) -> None:
    number = desk.office.begin("誤送信", drill=False)
    mine, theirs = desk.office.report(number), desk.office.report(number)
    theirs.fill({"cause": Typed("宛先の確認漏れ", "")})
    with pytest.raises(SuiteError, match=r"原因.*INC-002"):
        mine.fill({"outline": Typed("概要", ""), "cause": Typed("調査中", "")})
    assert mine.saved() == {"cause": "宛先の確認漏れ"}, "all of it or nothing"
    mine.fill({"cause": Typed("宛先の確認漏れ", "")})  # the same words are no clash
    mine.fill({"cause": Typed("確認漏れと教育不足", "宛先の確認漏れ")})
    assert mine.saved() == {"cause": "確認漏れと教育不足"}


def test_a_draft_is_a_person_s_own_and_survives_the_process(desk: Desk, tmp_path: Path) -> None:
    number, other = desk.office.begin("紛失", drill=False), desk.office.begin("感染", drill=False)
    desk.office.report(number).keep({"outline": Typed("書きかけ", ""), KIND: Typed("loss", "")})
    again = Desk(tmp_path)
    assert again.office.report(number).draft() == {"outline": Typed("書きかけ", ""), KIND: Typed("loss", "")}
    assert again.office.report(other).draft() == {}
    again.actor = "K100300"
    assert again.office.report(number).draft() == {}
    assert again.office.report(number).saved() == {}
    again.actor = "K100234"
    again.office.report(number).keep({})
    assert again.office.report(number).draft() == {}
    with pytest.raises(SuiteError, match="INC-001"):
        again.office.report(number).keep({"outline": Typed("x" * 20_001, "")})


def test_each_kind_is_asked_what_its_report_needs(desk: Desk) -> None:
    desk.office.begin("停止", drill=False)

    def asked_of(kind: str, **words: str) -> str:
        return report_text(desk.office.all()[0], {KIND: kind, **words}, [])

    for name in (
        "systems",
        "services",
        "containment",
        "recovery",
        "expected",
        "cause",
        "prevention",
        "contact",
    ):
        assert f"■ {TITLES[name]}" in asked_of("outage"), name
        assert f"■ {TITLES[name]}" in asked_of("malware"), name
    assert "第 44 条" in "".join(section.hint for section in SECTIONS)
    for name in ("items", "people", "further", "informed"):
        assert f"■ {TITLES[name]}" in asked_of("leak"), name
        assert f"■ {TITLES[name]}" not in asked_of("outage"), name
    assert "■ 本人の数\n3 人" in asked_of("outage", people="3 人"), "what was written is never left out"
    assert asked_of("malware").count("■ 事案の種類\nマルウェア・不正アクセス") == 1
    assert "■ 事案の種類\nまだ分からない" in asked_of("nonsense")
    assert len({kind for kind, _words in KINDS}) == len(KINDS)
