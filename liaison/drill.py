"""Drills: what happened between two events of the ledger, phase by phase, against targets and last time.

Nobody enters a time: each phase is timed from the events that the work itself wrote, so the report can be
computed again from the chain by anyone, and is the same.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.i18n import _
from liaison.history import Event


@dataclass(frozen=True)
class Phase:
    """``action``: the ledger's word for one laptop having passed it. ``per_laptop``: target in seconds."""

    action: str
    title: Callable[[], str]
    role: Callable[[], str]
    per_laptop: float


PHASES = (
    Phase("prepared", lambda: _("準備"), lambda: _("準備係"), 60 * 60 / 50),
    Phase("lend", lambda: _("貸出"), lambda: _("窓口係"), 60.0),
    Phase("return", lambda: _("返却"), lambda: _("窓口係"), 60.0),
    Phase("wiped", lambda: _("消去"), lambda: _("消去係"), 5.0),
)
INJECTS = ("laptops-fail", "network-down", "clerk-away")


@dataclass(frozen=True)
class Timed:
    """One phase of one drill. ``seconds``: from the drill's start (or its first laptop) to its last one."""

    action: str
    laptops: int
    began: float
    ended: float
    target: float

    @property
    def seconds(self) -> float:
        return self.ended - self.began

    @property
    def held(self) -> bool | None:
        """Whether the target was met; None when no laptop came this far."""
        return self.seconds <= self.target if self.laptops else None


@dataclass(frozen=True)
class Drill:
    """``id``: the drill's number, ``ended``: ISO time or empty while it runs. Injects: (seconds, which)."""

    id: str
    began: str
    ended: str
    phases: tuple[Timed, ...]
    injects: tuple[tuple[float, str], ...]

    @property
    def seconds(self) -> float:
        """From start to end, or to the last event."""
        last = max((phase.ended for phase in self.phases if phase.laptops), default=0.0)
        return _between(self.began, self.ended) if self.ended else last


def drills(events: Iterable[Event]) -> list[Drill]:
    """Every drill in the ledger, oldest first. One that runs still is the last."""
    found: list[Drill] = []
    ordered = sorted(events, key=lambda event: event.order)
    starts = [n for n, event in enumerate(ordered) if event.action == "drill-start"]
    for number, start in enumerate(starts):
        until = starts[number + 1] if number + 1 < len(starts) else len(ordered)
        found.append(_drill(ordered[start], ordered[start + 1 : until]))
    return found


def _drill(start: Event, after: Sequence[Event]) -> Drill:
    end = next((n for n, e in enumerate(after) if e.action == "drill-end" and e.tag == start.tag), None)
    within = after if end is None else after[:end]
    injects = [
        (_between(start.when, e.when), str(e.detail.get("inject", "")))
        for e in within
        if e.action == "drill-inject" and e.tag == start.tag
    ]
    phases = tuple(_timed(phase, start.when, within) for phase in PHASES)
    return Drill(start.tag, start.when, "" if end is None else after[end].when, phases, tuple(injects))


def _timed(phase: Phase, start: str, events: Sequence[Event]) -> Timed:
    """A phase's laptops count once each, at the last time that they passed it."""
    passed = {event.tag: _between(start, event.when) for event in events if event.action == phase.action}
    if not passed:
        return Timed(phase.action, 0, 0.0, 0.0, 0.0)
    firsts = [_between(start, event.when) for event in events if event.action == phase.action]
    began = 0.0 if phase is PHASES[0] else min(firsts)
    return Timed(phase.action, len(passed), began, max(passed.values()), phase.per_laptop * len(passed))


def rows(drill: Drill, before: Drill | None) -> list[tuple[str, ...]]:
    """The report's table: phase, role, laptops, time, target, held, last time."""
    earlier = {timed.action: timed for timed in before.phases} if before is not None else {}
    found: list[tuple[str, ...]] = []
    for phase, timed in zip(PHASES, drill.phases, strict=True):
        last = earlier.get(timed.action)
        held = {True: _("達成"), False: _("遅れ"), None: "―"}[timed.held]
        found.append(
            (
                phase.title(),
                phase.role(),
                str(timed.laptops),
                clock(timed.seconds) if timed.laptops else "―",
                clock(timed.target) if timed.laptops else "―",
                held,
                f"{clock(last.seconds)}（{last.laptops}）" if last is not None and last.laptops else "―",
            )
        )
    return found


def titles() -> list[str]:
    return [_("段階"), _("役割"), _("台数"), _("かかった時間"), _("目標"), _("結果"), _("前回（台数）")]


def inject_words(inject: str) -> str:
    return {
        "laptops-fail": _("端末 3 台が故障した"),
        "network-down": _("ネットワークが切れた"),
        "clerk-away": _("窓口係が 1 人いなくなった"),
    }.get(inject, inject)


def as_csv(drill: Drill, before: Drill | None) -> bytes:
    """The report for a spreadsheet (UTF-8 with BOM)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(titles())
    writer.writerows(rows(drill, before))
    for seconds, inject in drill.injects:
        writer.writerow([_("付与"), inject_words(inject), "", clock(seconds), "", "", ""])
    return text.getvalue().encode("utf-8-sig")


def clock(seconds: float) -> str:
    """Hours, minutes, seconds: 1:02:03."""
    whole = max(0, round(seconds))
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _between(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
