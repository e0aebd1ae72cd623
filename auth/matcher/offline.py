"""What a terminal may keep for the day the office is out of reach, and what it reports afterwards.

A PIN's hash is never given away: a terminal makes its own of a PIN that was accepted here, and learns by a
mark when that PIN is no longer the one.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from auth import wire
from auth.consent import OFFLINE_SINCE
from auth.matcher.matcher import Matcher
from auth.matcher.store import SealedTemplate
from auth.matcher.vault import Vault
from auth.model import STAFF_NUMBER, Factor
from core.settings import OfflineSettings
from core.sql import Sql

MOST_PEOPLE = 20  # as many as a terminal may keep
MOST_ROWS = 100
ACTIONS = ("sign-in.accepted", "sign-in.partial", "sign-in.refused")
_POLICY = ("engine", "flash", "threshold_alone", "threshold_with_second", "threshold_never",
           "dlib_threshold_alone", "dlib_threshold_with_second", "dlib_threshold_never")  # fmt: skip
Row = Mapping[str, Any]


class Releases:
    """Asked by terminals only, each for the people who signed in there. ``sql``: the register's."""

    def __init__(self, matcher: Matcher, vault: Vault, sql: Sql, settings: OfflineSettings) -> None:
        self._matcher, self._vault, self._sql, self._settings = matcher, vault, sql, settings

    def standing(self, device: str) -> dict[str, Any]:
        """The policy in force and who of this terminal's people is still one of the office's."""
        face, security = self._matcher.rules.face.model_dump(), self._matcher.rules.security
        people = self._matcher.register.last_people(device, MOST_PEOPLE)
        return {
            "days": self._settings.days if self._settings.people else 0,
            "office": {
                "face": {name: face[name] for name in _POLICY},
                "security": {"zone": security.zone, "zones": security.zones},
            },
            "people": [
                {
                    "person": asdict(p),
                    "mark": self._mark(p.staff_number),
                    "pin_mark": self._pin_mark(p.staff_number),
                }
                for p in people
            ],
        }

    def release(self, access: str, device: str) -> dict[str, Any]:
        """The caller's own template for the terminal where he has just signed in, if he agreed to that."""
        number = self._matcher.caller(access, device, fresh=False).subject
        row = self._copied(number) if self._settings.days and self._settings.people else None
        consent = self._matcher.register.consent(number) if row is not None else None
        if row is not None:
            detail: dict[str, str | int | float | bool] = {"terminal": device, "days": self._settings.days}
            self._matcher.audit.append("face.copied", actor=number, subject=number, detail=detail)
        return {
            "staff_number": number,
            "mark": self._mark(number),
            "consent": consent,
            "template": None
            if row is None
            else row.described() | {"vectors": self._vault.open(row).tolist()},
        }

    def hear(self, device: str, queue: str, rows: Sequence[object]) -> int:
        """Take a terminal's rows into the trail, each once, in their order; the number of the last one. After
        a crash between trail and mark a row may stand there twice, under the same number."""
        checked = [_checked(row) for row in rows[:MOST_ROWS]]
        name = f"offline:{device}:{queue}"
        with self._sql.write() as change:
            change.lock(name)
            found = change.rows("SELECT value FROM marks WHERE name = ?", name)
            last = int(found[0]["value"]) if found else 0
            for number, action, subject, detail in checked:
                if number > last:
                    known = subject if self._matcher.register.person(subject) is not None else "unknown"
                    self._matcher.audit.append(
                        f"offline.{action}", actor=known, subject=known,
                        detail={"terminal": device, "number": number, **detail},
                    )  # fmt: skip
                    last = number
            change.run(
                "INSERT INTO marks (name, value) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                name,
                last,
            )
        return last

    def _copied(self, number: str) -> SealedTemplate | None:
        consent = self._matcher.register.consent(number)
        if consent is None or consent[0] < OFFLINE_SINCE:
            return None
        return self._matcher.register.template(number)

    def _mark(self, number: str) -> str:
        """Changes with the template, and when the consent begins or ends."""
        row = self._copied(number)
        text = "" if row is None else f"{row.model} {row.model_version} {row.enrolled!r}"
        return hashlib.sha256(b"mahoroba offline template\0" + text.encode()).hexdigest()[:32]

    def _pin_mark(self, number: str) -> str:
        """Changes with the PIN. The hash has a salt that nobody is told, so this gives no guess away."""
        kept = self._matcher.register.pin_hash(number)
        return hashlib.sha256(b"mahoroba offline pin\0" + kept.encode()).hexdigest()[:32] if kept else ""


def _checked(row: object) -> tuple[int, str, str, dict[str, str | float]]:
    """Of a terminal's row: number, action, subject and the few details that may stand in a trail."""
    if not isinstance(row, dict) or type(number := row.get("id")) is not int or not 0 < number < 2**53:
        raise wire.malformed()
    action, subject = wire.text_field(row, "action", 32), wire.text_field(row, "subject", 16)
    told, moment = row.get("detail"), row.get("time")
    if action not in ACTIONS or not (subject == "unknown" or STAFF_NUMBER.fullmatch(subject)):
        raise wire.malformed()
    if not isinstance(told, dict) or not isinstance(moment, int | float) or not math.isfinite(moment):
        raise wire.malformed()
    factors, reason = wire.text_field(told, "factors", 64), wire.text_field(told, "reason", 64)
    if (
        not set(factors.split("+")) <= {str(f) for f in Factor}
        or not reason.isascii()
        or not reason.isprintable()
    ):
        raise wire.malformed()
    detail: dict[str, str | float] = {"at": float(moment), "factors": factors, "reason": reason}
    distance = told.get("distance")
    if isinstance(distance, int | float) and math.isfinite(distance):
        detail["distance"] = float(distance)
    return number, action, subject, detail
