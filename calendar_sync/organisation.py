"""Who works where, and which rooms there are: the personnel section's table, valid from its dates on.

A row with a date (異動日) counts from that day: next year's list can be handed out in March.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from calendar_sync.ics import decode
from core.errors import SuiteError
from core.i18n import _
from core.wareki import parse_date

COLUMNS = ("種別", "番号", "名前", "部局", "所属", "異動日", "定員", "建物", "対象")
PERSON, ROOM, EQUIPMENT, DEPUTY = "職員", "部屋", "設備", "代理"
MOST_ROWS = 30_000
MOST_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Unit:
    """A person, a room or equipment from ``since`` on; ``section`` owns a room. ``seats`` 0: unsaid.

    A deputy (代理) is ``number`` acting for ``target``, a staff number or a section.
    """

    kind: str
    number: str
    name: str
    department: str
    section: str
    since: date
    seats: int = 0
    building: str = ""
    target: str = ""

    @property
    def place(self) -> str:
        """部局 › 所属, as the drill-down says it."""
        return " › ".join(part for part in (self.department, self.section) if part)


def read(raw: bytes, problems: list[str]) -> list[Unit]:
    """The rows of the table; a row that cannot be read is named in ``problems``. SuiteError CAL-032."""
    if len(raw) > MOST_BYTES:
        raise _unreadable()
    rows = csv.reader(io.StringIO(decode(raw.removeprefix(b"\xef\xbb\xbf"))))
    try:
        names = [name.strip() for name in next(rows, [])]
        lines = [dict(zip(names, (c.strip() for c in row), strict=False)) for row in rows if any(row)]
    except csv.Error as error:
        raise _unreadable() from error
    if not {"種別", "番号", "名前"} <= set(names):
        raise _unreadable()
    found = []
    for number, line in enumerate(lines[:MOST_ROWS], 2):
        unit = _unit(line)
        if unit is None:
            problems.append(_("{line} 行目を読めません。").format(line=number))
        else:
            found.append(unit)
    return found


def on(units: Iterable[Unit], day: date) -> list[Unit]:
    """Each person, room and piece of equipment as it is on ``day``: the newest row that has begun."""
    newest: dict[tuple[str, str, str], Unit] = {}
    for unit in units:
        key = (unit.kind, unit.number, unit.target)
        if unit.since <= day and (key not in newest or newest[key].since <= unit.since):
            newest[key] = unit
    return sorted(newest.values(), key=lambda u: (u.department, u.section, u.kind, u.number))


def _unit(line: dict[str, str]) -> Unit | None:
    kind, number, name = line.get("種別", ""), line.get("番号", ""), line.get("名前", "")
    seats = line.get("定員", "") or "0"
    if kind not in (PERSON, ROOM, EQUIPMENT, DEPUTY) or not number or not name or "/" in number:
        return None
    if not seats.isdecimal() or len(seats) > 5 or max(len(number), len(name)) > 100:
        return None
    try:
        since = parse_date(line["異動日"]) if line.get("異動日") else date.min
    except SuiteError:
        return None
    section, department = line.get("所属", "")[:100], line.get("部局", "")[:100]
    building, target = line.get("建物", "")[:100], line.get("対象", "")[:100]
    if (kind == DEPUTY) != bool(target):
        return None
    return Unit(kind, number, name, department, section, since, int(seats), building, target)


def _unreadable() -> SuiteError:
    return SuiteError(
        _("職場の一覧を取り込めません。"),
        _("「種別・番号・名前」の列がある CSV として読めません。"),
        _("人事の担当が書き出した CSV を選んでください。"),
        "CAL-032",
    )
