"""Where a laptop stands on the wall: decided from the ledger, its last report and the bundle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from core.clock import TOKYO
from core.i18n import _
from liaison.history import Place, Unit
from liaison.reports import Report

TARGET = 50
"""The plan's figure: laptops ready (リエゾン専用端末の台数)."""


class Standing(Enum):
    """What a tile says. Only READY counts."""

    READY = "ready"
    PREPARING = "preparing"
    LENT = "lent"
    OVERDUE = "overdue"
    RETURNED = "returned"
    ATTENTION = "attention"
    UNKNOWN = "unknown"
    AWAY = "away"  # repair, missing: not here


@dataclass(frozen=True)
class Tile:
    """One laptop on the wall: where it stands and why it is not ready."""

    tag: str
    standing: Standing
    reason: str
    unit: Unit
    report: Report | None
    simulated: bool


def standing(
    unit: Unit, report: Report | None, bundle: str, now: datetime, busy: bool
) -> tuple[Standing, str]:
    """Where ``unit`` stands and why. ``bundle``: the one in force; ``busy``: a batch is at work on it."""
    if busy:
        return Standing.PREPARING, _("準備しています")
    if unit.doubt:
        return Standing.ATTENTION, unit.doubt
    if unit.place is Place.LENT and unit.loan is not None:
        late = unit.loan.due < now.astimezone(TOKYO).date()
        return (Standing.OVERDUE, _("返却日を過ぎています")) if late else (Standing.LENT, _("貸出中"))
    if unit.place in (Place.REPAIR, Place.MISSING):
        return Standing.AWAY, _("修理中") if unit.place is Place.REPAIR else _("所在不明")
    if unit.place is Place.RETURNED or unit.wipe_pending:
        return Standing.RETURNED, _("消去待ち")
    return _by_report(report, bundle, now)


def _by_report(report: Report | None, bundle: str, now: datetime) -> tuple[Standing, str]:
    if report is None:
        return Standing.UNKNOWN, _("まだ確かめていません")
    if report.ready(bundle, now):
        return Standing.READY, _("準備済み")
    outcome = report.outcome
    if outcome.bundle not in ("", bundle):
        return Standing.UNKNOWN, _("前の設定のままです")
    if outcome.ready:
        return Standing.UNKNOWN, _("報告が古くなっています")
    only_unknown = outcome.unknown > 0 and outcome.failed == 0
    return Standing.UNKNOWN if only_unknown else Standing.ATTENTION, outcome.reason
