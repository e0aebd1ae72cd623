"""The plan's measures and their results: entered, measured, withdrawn, and given away as open data."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest

from core.audit import Detail
from core.errors import SuiteError
from office import open_data
from office.measures import figure, fiscal_year, measures
from office.plan import Figure, Figures, Plan
from office.schema import open_sql

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "plan_kpi.csv"
TODAY = date(2026, 11, 25)


class Desk:
    """A plan on a fresh database, and what was told to the audit trail."""

    def __init__(self, folder: Path, figures: Figures | None = None) -> None:
        self.rows: list[tuple[str, str, str, Detail]] = []
        self.allowed = True
        sql = open_sql(folder / "office.db")
        self.plan = Plan(sql, self._require, lambda *row: self.rows.append(row), figures or {})

    def _require(self) -> str:
        if not self.allowed:
            raise SuiteError("この操作はできません。", "権限がありません。", "依頼してください。", "AUTH-031")
        return "K100234"

    def latest(self, measure: str) -> float | None:
        found = next(line for line in self.plan.lines() if line.measure.id == measure).latest()
        return found.value if found else None


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_plan_has_twenty_five_measures_each_in_two_languages() -> None:
    assert len(measures()) == 25
    for each in measures():
        assert set(each.title) == set(each.kpi) == set(each.unit) == {"ja", "en"}
        assert each.targets


@pytest.mark.shared_data
def test_every_target_is_the_plan_s_own() -> None:
    if not SHARED.exists():
        pytest.skip("no shared data")
    plan = {row["id"]: row for row in csv.DictReader(SHARED.open(encoding="utf-8"))}
    assert [each.id for each in measures()] == list(plan)
    for each in measures():
        row = plan[each.id]
        wanted = {int(key[2:]): float(row[key]) for key in row if key.startswith("fy") and row[key]}
        assert dict(each.targets) == wanted
        assert (each.title["ja"], each.title["en"], each.kpi["ja"]) == (
            row["measure_ja"], row["measure_en"], row["kpi_ja"],
        )  # fmt: skip
        assert bool(each.measured) == (row["suite_role"] == "measured")


def test_a_fiscal_year_begins_in_april() -> None:
    assert (fiscal_year(date(2026, 3, 31)), fiscal_year(date(2026, 4, 1))) == (2025, 2026)


def test_after_the_last_year_the_last_target_goes_on_and_less_can_be_better() -> None:
    coverage = next(each for each in measures() if each.id == "3.4.2")
    assert coverage.target(2018) is None
    assert coverage.target(2026) == coverage.target(2023) == 4
    assert coverage.reached(2026, 3) is True
    assert coverage.reached(2026, 5) is False


def test_what_is_entered_is_kept_with_its_source_and_told_without_it(desk: Desk) -> None:
    desk.plan.enter("1.1.1", 2023, 82.5, "  調査\t報告 ", date(2024, 4, 1))
    line = next(line for line in desk.plan.lines() if line.measure.id == "1.1.1")
    result = line.results[2023]
    assert (result.value, result.source, result.actor) == (82.5, "調査 報告", "K100234")
    assert desk.rows == [("plan.entered", "K100234", "1.1.1", {"year": 2023, "value": 82.5})]


@pytest.mark.parametrize(
    ("measure", "year", "value", "source", "taken"),
    [
        ("9.9.9", 2023, 1, "s", TODAY),
        ("1.1.1", 2018, 1, "s", TODAY),
        ("1.1.1", 2999, 1, "s", TODAY),
        ("1.1.1", 2023, -1, "s", TODAY),
        ("1.1.1", 2023, 100.5, "s", TODAY),  # a share of more than all
        ("1.1.1", 2023, float("nan"), "s", TODAY),
        ("1.1.1", 2023, float("inf"), "s", TODAY),
        ("1.1.1", 2023, 1, "  ", TODAY),
        ("1.1.1", 2023, 1, "x" * 201, TODAY),
        ("1.1.1", 2023, 1, "s", date(2999, 1, 1)),
    ],
)
def test_what_cannot_be_a_result_is_refused(
    desk: Desk, measure: str, year: int, value: float, source: str, taken: date
) -> None:
    with pytest.raises(SuiteError, match="PLAN-001"):
        desk.plan.enter(measure, year, value, source, taken)
    assert desk.rows == []


def test_without_the_right_nothing_is_entered_or_withdrawn(desk: Desk) -> None:
    desk.allowed = False
    with pytest.raises(SuiteError, match="AUTH-031"):
        desk.plan.enter("1.1.1", 2023, 1, "s", TODAY)
    with pytest.raises(SuiteError, match="AUTH-031"):
        desk.plan.withdraw("1.1.1", 2023)
    assert desk.latest("1.1.1") is None


def test_the_suite_fills_what_it_measures_and_says_what_it_cannot_know(tmp_path: Path) -> None:
    hours = iter([Figure(12.5, "a"), Figure(12.5, "a"), Figure(14.0, "a")])
    desk = Desk(tmp_path, {"hours_saved": lambda _year: next(hours), "share_users": lambda _year: None})
    unknown = desk.plan.measure(TODAY)
    assert "share_users" in unknown
    assert "hours_saved" not in unknown
    assert desk.latest("1.1.3") == 12.5
    desk.plan.measure(TODAY)
    desk.plan.measure(TODAY)
    assert desk.latest("1.1.3") == 14.0


def test_entering_gives_what_stood_there_before(desk: Desk) -> None:
    assert desk.plan.enter("1.1.1", 2023, 80, "一", date(2024, 4, 1)) is None
    before = desk.plan.enter("1.1.1", 2023, 8, "二", date(2024, 4, 2))
    assert before is not None
    assert (before.value, before.source, before.taken) == (80, "一", date(2024, 4, 1))
    desk.plan.withdraw("1.1.1", 2023)
    assert desk.plan.enter("1.1.1", 2023, 81, "三", date(2024, 4, 3)) is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [(99.96, "99.96"), (99.999, "99.999"), (82.5, "82.5"), (82.54, "82.5"), (1200, "1,200"), (0.04, "0.04")],
)
def test_no_figure_looks_like_a_whole_number_that_it_is_not(value: float, shown: str) -> None:
    assert figure(value) == shown


def test_in_april_the_year_that_has_ended_gets_its_last_month(tmp_path: Path) -> None:
    asked: list[int] = []

    def users(year: int) -> Figure | None:
        asked.append(year)
        return Figure(60.0, "3 月") if year == 2026 else None

    desk = Desk(tmp_path, {"share_users": users})
    assert "share_users" in desk.plan.measure(date(2027, 4, 2))
    (found,) = next(line for line in desk.plan.lines() if line.measure.id == "1.2.3").results.values()
    assert (found.year, found.value, found.taken) == (2026, 60.0, date(2027, 3, 31))
    desk.plan.measure(date(2027, 7, 1))
    assert asked == [2026, 2027, 2027]


def test_an_entered_result_counts_before_a_measured_one_until_it_is_withdrawn(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"hours_saved": lambda _year: Figure(12.5, "a")})
    today = date(2026, 11, 26)
    year = fiscal_year(today)
    desk.plan.measure(today)
    desk.plan.enter("1.1.3", year, 2400, "全庁の集計", today)
    assert desk.latest("1.1.3") == 2400
    desk.plan.withdraw("1.1.3", year)
    assert desk.latest("1.1.3") == 12.5


@pytest.mark.parametrize(
    "entered", ["12345.67", "1234567.5", "0.1234567", "0.00001", "999999.5", "1000000000"]
)
def test_what_was_entered_is_what_leaves(desk: Desk, entered: str) -> None:
    desk.plan.enter("1.1.2", 2023, float(entered), "出典", date(2024, 4, 1))
    lines = desk.plan.lines()
    text = open_data.as_csv(lines, 2026).decode("utf-8-sig")
    (cell,) = [row["result"] for row in csv.DictReader(io.StringIO(text)) if row["result"]]
    assert cell == entered
    (same,) = [
        row["result"] for row in json.loads(open_data.as_json(lines, 2026, TODAY))["rows"] if row["result"]
    ]
    assert same == float(entered)


def test_open_data_is_a_csv_with_bom_its_description_and_the_same_as_json(desk: Desk) -> None:
    desk.plan.enter("1.1.1", 2023, 82.5, "=HYPERLINK(1)", date(2024, 4, 1))
    lines = desk.plan.lines()
    content = open_data.as_csv(lines, 2026)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    found = next(row for row in rows if row["id"] == "1.1.1" and row["fiscal_year"] == "2023")
    assert (found["target"], found["result"], found["as_of"]) == ("80", "82.5", "2024-04-01")
    assert found["source"] == "'=HYPERLINK(1)"
    described = json.loads(open_data.metadata("plan.csv", TODAY))
    columns = described["tableSchema"]["columns"]
    for words in ("ja", "en"):
        assert [column["titles"][words][0] for column in columns] == list(rows[0])
    assert [column["name"] for column in described["tableSchema"]["columns"]] == list(rows[0])
    assert described["url"] == "plan.csv"
    same = json.loads(open_data.as_json(lines, 2026, TODAY))
    assert len(same["rows"]) == len(rows)
    assert b"K100234" not in content + open_data.as_json(lines, 2026, TODAY)
