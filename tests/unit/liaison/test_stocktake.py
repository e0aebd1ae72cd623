"""棚卸し by scan: what is missing, misplaced, unknown; and what a drill's plan may say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.errors import SuiteError
from liaison import drill_plan
from liaison.borrowers import Borrower
from liaison.history import Place
from liaison.service import LiaisonService
from liaison.stocktake import Found, stocktake
from tests.unit.liaison.conftest import Quiet

PLAN = Path(drill_plan.__file__).with_name("drills") / "standard.toml"


def test_missing_misplaced_and_unknown_are_named(service: LiaisonService, quiet: Quiet) -> None:
    service.prepare(["K01", "K02", "K03"], quiet)
    service.lend("K01", Borrower("髙﨑", "県"))
    lines = stocktake(service.ledger.state().units, ["K01", "K02", "K99", "K02"])
    assert [(line.tag, line.found) for line in lines] == [
        ("K03", Found.MISSING),
        ("K01", Found.MISPLACED),
        ("K99", Found.UNKNOWN),
        ("K02", Found.PRESENT),
    ]


def test_a_closed_stocktake_stands_in_the_ledger(service: LiaisonService) -> None:
    service.close_stocktake(["K01", "K03"])
    assert service.ledger.state().units["K02"].place is Place.MISSING
    assert [event.action for event in service.ledger.history("K01")][-1] == "shelf"
    service.note("found", "K02")
    assert service.ledger.state().units["K02"].wipe_pending  # who knows where it has been
    assert service.ledger.verify().ok


def test_registered_repaired_and_retired_by_scan(service: LiaisonService) -> None:
    label = service.office.label("K50")
    assert service.enter(label, "ThinkPad") == "K50"
    with pytest.raises(SuiteError, match="もう登録"):
        service.enter(label)
    service.note("repair", label)
    assert service.ledger.state().units["K50"].place is Place.REPAIR
    with pytest.raises(SuiteError, match="修理中"):
        service.ledger.lend("K50", Borrower("x", "y"), date(2026, 11, 30), "K1")
    service.note("repaired", label)
    service.note("retire", label)
    assert "K50" not in [tile.tag for tile in service.tiles()]


def test_the_shipped_plan_reads() -> None:
    plan = drill_plan.load(PLAN)
    assert {step.role for step in plan.steps} == {"統括", "準備係", "窓口係", "消去係"}


@pytest.mark.parametrize("text", ["", "title = 1", "x = [", "\xff", "a" * 70000])
def test_a_plan_that_cannot_be_read_says_why(tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.toml").write_text(text, "latin-1")
    with pytest.raises(SuiteError) as error:
        drill_plan.load(tmp_path / "plan.toml")
    assert error.value.code == "LIAISON-012"
