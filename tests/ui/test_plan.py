"""計画の進捗 as the IT officer and the auditor use it, on a real database."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QLineEdit

from auth.savings import OfficeTimes
from core.clock import TOKYO
from core.errors import SuiteError
from core.wareki import format_fiscal_year
from desktop.pages.office import plan as plan_page
from desktop.pages.office.chart import Chart
from desktop.pages.office.plan import PlanView
from desktop.pages.office.result_form import number
from office.measures import fiscal_year
from tests.ui.conftest import Office, press, said


class LastMonth:
    """Half a day before the running month, which is none yet."""

    def now(self) -> float:
        today = datetime.now(TOKYO)
        return datetime(today.year, today.month, 1, tzinfo=TOKYO).timestamp() - 43_200


@pytest.fixture
def plan(office: Office) -> Office:
    office.signed_in()
    times = OfficeTimes(office.services.auth.administration._times._sql, LastMonth())
    for _number in range(200):
        times.count(4.0, True)
    office.services.go("administration")
    office.find(QAbstractButton, "管理の対象: 計画の進捗").click()  # type: ignore[attr-defined]
    office.settle()
    return office


def view(office: Office) -> PlanView:
    assert office.window is not None
    found = office.window.findChild(PlanView)
    assert isinstance(found, PlanView)
    return found


def enter(office: Office, value: str, source: str) -> None:
    office.find(QLineEdit, "実績").setText(value)  # type: ignore[attr-defined]
    office.find(QLineEdit, "出典").setText(source)  # type: ignore[attr-defined]
    press(office, "実績を保存")


def test_hours_saved_fill_themselves_and_the_rest_waits_for_a_source(plan: Office) -> None:
    assert any("25 施策のうち、実績のあるもの 1" in text for text in said(plan))
    view(plan).table.choose("1.1.3")
    assert any("まほろばが計測" in text and "職場のサインイン" in text for text in said(plan))
    view(plan).table.choose("1.1.1")
    assert "実績はまだありません。出典と時点を添えて入力してください。" in said(plan)


def test_a_result_is_entered_shown_in_the_chart_and_taken_back(plan: Office) -> None:
    view(plan).table.choose("1.1.2")
    enter(plan, "1,082.5", "業務システム調査")
    chart = view(plan).findChild(Chart)
    assert isinstance(chart, Chart)
    assert "実績 1,082.5" in chart.accessibleDescription()
    year = format_fiscal_year(fiscal_year(datetime.now(TOKYO).date()))
    assert any(text.startswith(f"{year}: 1,082.5。") and "業務システム調査" in text for text in said(plan))
    press(plan, "元に戻す")
    assert "実績 1,082.5" not in chart.accessibleDescription()


def test_undoing_a_correction_brings_the_former_result_back(plan: Office) -> None:
    view(plan).table.choose("1.1.1")
    enter(plan, "８２．５", "業務システム調査")
    enter(plan, "85.2", "書き間違い")
    chart = view(plan).findChild(Chart)
    assert isinstance(chart, Chart)
    assert "実績 85.2" in chart.accessibleDescription()
    assert plan.window is not None
    banners = [each for each in plan.window.findChildren(QAbstractButton) if each.text() == "元に戻す"]
    banners[-1].click()  # the first entry's banner still stands
    plan.settle()
    assert "実績 82.5" in chart.accessibleDescription()
    assert any("業務システム調査" in text for text in said(plan))
    assert any("前の 82.5 に戻しました。" in text for text in said(plan))


@pytest.mark.parametrize("typed", ["82,5", "1,2345", "1e3", "nan", "", "8 2", ",100"])
def test_what_may_mean_another_number_is_none(typed: str) -> None:
    with pytest.raises(SuiteError, match="PLAN-002"):
        number(typed)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("８２．５", 82.5), (" 1,200 ", 1200), ("１，２００", 1200), ("－1", -1), ("12345", 12345)],
)
def test_a_number_in_any_width_is_one(typed: str, meant: float) -> None:
    assert number(typed) == meant


def test_what_is_no_number_says_so_and_keeps_what_was_typed(plan: Office) -> None:
    view(plan).table.choose("1.1.1")
    enter(plan, "たくさん", "調査")
    assert any("実績が数ではありません。" in text for text in said(plan))
    assert plan.find(QLineEdit, "実績").text() == "たくさん"  # type: ignore[attr-defined]


def test_the_plan_leaves_as_pdf_and_as_open_data(
    plan: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view(plan).table.choose("1.1.1")
    enter(plan, "82.5", "業務システム調査")
    monkeypatch.setattr(plan_page, "ask_folder", lambda *_a: tmp_path)
    press(plan, "オープンデータを保存")
    content = (tmp_path / "mahoroba-plan.csv").read_bytes()
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert any(row["result"] == "82.5" and row["source"] == "業務システム調査" for row in rows)
    described = json.loads((tmp_path / "mahoroba-plan.csv-metadata.json").read_bytes())
    assert described["url"] == "mahoroba-plan.csv"
    assert json.loads((tmp_path / "mahoroba-plan.json").read_bytes())["rows"]
    monkeypatch.setattr(plan_page, "ask_save", lambda *_a: tmp_path / "plan.pdf")
    press(plan, "PDF を保存")
    import pypdfium2

    document = pypdfium2.PdfDocument(tmp_path / "plan.pdf")
    pages = [document[number].get_textpage().get_text_bounded() for number in range(len(document))]
    document.close()
    assert len(pages) == 4
    assert "計画の進捗" in pages[0]
    assert "82.5" in pages[0]
    assert "4.3.2" in pages[3]
