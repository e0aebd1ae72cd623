"""An incident from the first call to the report: what was stopped, what was done when, what is to be told.

A drill goes the same way and stops nothing: every step says that it was one. Steps are only added. The words
of a step may name people, so they stay in this database; the audit trail gets numbers and terminals only.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.audit import Detail, Entry
from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _
from core.sql import Row, Sql
from office.incident_report import Report
from office.plan import Tell
from office.trail import Wish

_WORD = re.compile(r"[!-~]{1,64}")
DONE, LEFT = "・", "→ "  # how the lines of a stop's words begin
BEFORE = timedelta(hours=24)  # how far back the timeline begins
Find = Callable[[Wish], Iterable[Entry]]
"""Every row of the trail that a wish finds."""


@dataclass(frozen=True)
class Stopped:
    """What a stop has reached, and what is left with its next step; a sentence each."""

    done: tuple[str, ...]
    left: tuple[str, ...]

    def written(self) -> str:
        return "\n".join([*(DONE + each for each in self.done), *(LEFT + each for each in self.left)])


Lock = Callable[[str, bool], Stopped]
"""Stops a person or terminal wherever this machine reaches. In a drill (True) it only looks whether it could.
SuiteError where there is none such: then nothing is noted."""


@dataclass(frozen=True)
class Incident:
    """Times are seconds since the epoch; ``closed`` is None while it goes on."""

    id: int
    title: str
    drill: bool
    opened: float
    closed: float | None
    actor: str


@dataclass(frozen=True)
class Step:
    """``kind``: opened, locked-person, locked-terminal, note, closed; or ``trail`` for a row of the trail.
    ``words`` of a stop: a line each for what it has reached (``DONE``) and for what is left (``LEFT``)."""

    time: float
    actor: str
    kind: str
    subject: str
    words: str


class Incidents:
    """``require`` gives the acting IT person's number or raises AUTH-031."""

    def __init__(
        self,
        sql: Sql,
        require: Callable[[], str],
        tell: Tell,
        lock_person: Lock,
        lock_terminal: Lock,
        find: Find,
    ) -> None:
        self._sql, self._require, self._tell, self._find = sql, require, tell, find
        self._lock_person, self._lock_terminal = lock_person, lock_terminal

    def all(self) -> list[Incident]:
        """The newest first."""
        self._require()
        rows = self._sql.rows(
            "SELECT id, title, drill, opened, closed, actor FROM incidents ORDER BY id DESC"
        )
        return [_incident(row) for row in rows]

    def begin(self, title: str, drill: bool) -> int:
        """A new incident's number. INC-001 without a title."""
        actor, now = self._require(), time.time()
        title = _words(title, 100)
        with self._sql.write() as change:
            change.lock("incidents")
            change.run(
                "INSERT INTO incidents (title, drill, opened, closed, actor) VALUES (?, ?, ?, NULL, ?)",
                title, int(drill), now, actor,
            )  # fmt: skip
            number = int(change.rows("SELECT max(id) AS id FROM incidents")[0]["id"])
        self._add(number, Step(now, actor, "opened", "", title))
        self._tell("incident.opened", actor, "", {"incident": number, "drill": drill})
        return number

    def lock_person(self, number: int, staff_number: str) -> None:
        """Stop a person wherever this machine reaches; in a drill it is only noted."""
        self._lock(number, "person", staff_number.strip().upper(), self._lock_person)

    def lock_terminal(self, number: int, name: str) -> None:
        """Stop a terminal wherever this machine reaches; in a drill it is only noted."""
        self._lock(number, "terminal", name.strip(), self._lock_terminal)

    def _lock(self, number: int, what: str, subject: str, lock: Lock) -> None:
        actor, incident = self._require(), self._running(number)
        if not _WORD.fullmatch(subject):
            raise _refused(_("職員番号か端末名を入れてください。"))
        words = lock(subject, incident.drill).written()
        self._add(number, Step(time.time(), actor, f"locked-{what}", subject, words))
        detail: Detail = {"incident": number, "drill": incident.drill}
        self._tell(f"incident.locked-{what}", actor, subject, detail)

    def note(self, number: int, text: str) -> None:
        actor = self._require()
        self._running(number)
        self._add(number, Step(time.time(), actor, "note", "", _words(text, 1000)))

    def close(self, number: int) -> None:
        actor, now = self._require(), time.time()
        self._running(number)
        with self._sql.write() as change:
            change.run("UPDATE incidents SET closed = ? WHERE id = ? AND closed IS NULL", now, number)
        self._add(number, Step(now, actor, "closed", "", ""))
        self._tell("incident.closed", actor, "", {"incident": number})

    def timeline(self, number: int) -> list[Step]:
        """The incident's own steps, and all that the trail says of whom it stopped, from a day before it
        began to its end; oldest first."""
        self._require()
        incident = self._one(number)
        steps = self._steps(number)
        first = datetime.fromtimestamp(incident.opened, TOKYO) - BEFORE
        last = incident.closed or time.time()
        found: dict[int, Step] = {}
        for subject in {step.subject for step in steps if step.subject}:
            wish = Wish((subject,), f"{first:%Y-%m-%d}", f"{datetime.fromtimestamp(last, TOKYO):%Y-%m-%d}")
            for entry in self._find(wish):
                step = _of_trail(entry)
                if first.timestamp() <= step.time <= last and not entry.action.startswith("incident."):
                    found[entry.id] = step
        return sorted([*steps, *found.values()], key=lambda step: step.time)

    def report(self, number: int) -> Report:
        """The incident's report, for whoever asks now."""
        self._one(number)
        return Report(self._sql, number, self._require, self._tell)

    def _one(self, number: int) -> Incident:
        rows = self._sql.rows(
            "SELECT id, title, drill, opened, closed, actor FROM incidents WHERE id = ?", number
        )
        if not rows:
            raise _refused(_("その事案はありません。"))
        return _incident(rows[0])

    def _running(self, number: int) -> Incident:
        incident = self._one(number)
        if incident.closed is not None:
            raise _refused(_("その事案はもう終わっています。"))
        return incident

    def _steps(self, number: int) -> list[Step]:
        rows = self._sql.rows(
            "SELECT time, actor, kind, subject, words FROM incident_steps WHERE incident = ? ORDER BY id",
            number,
        )
        return [Step(row["time"], row["actor"], row["kind"], row["subject"], row["words"]) for row in rows]

    def _add(self, number: int, step: Step) -> None:
        with self._sql.write() as change:
            change.run(
                "INSERT INTO incident_steps (incident, time, actor, kind, subject, words)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                number, step.time, step.actor, step.kind, step.subject, step.words,
            )  # fmt: skip


def _of_trail(entry: Entry) -> Step:
    detail = "、".join(f"{key}={value}" for key, value in entry.detail.items())
    when = datetime.fromisoformat(entry.time).timestamp()
    return Step(when, entry.actor, "trail", entry.subject, " ".join(filter(None, (entry.action, detail))))


def _incident(row: Row) -> Incident:
    return Incident(row["id"], row["title"], bool(row["drill"]), row["opened"], row["closed"], row["actor"])


def _words(text: str, most: int) -> str:
    text = " ".join(text.split())
    if not text or len(text) > most or not text.isprintable():
        raise _refused(_("{most} 文字までのことばを入れてください。").format(most=most))
    return text


def _refused(why: str) -> SuiteError:
    return SuiteError(_("記録しませんでした。"), why, _("確かめて、もう一度行ってください。"), "INC-001")
