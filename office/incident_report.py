"""The report of an incident as it is filled in, and as somebody is still typing it.

What is typed and not yet saved lies in the same database, a draft a person: it survives a kill, a locked
screen and a look at another incident. It knows over which saved words it was typed, so that saving never
hides what a colleague has saved since.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from core.errors import SuiteError
from core.i18n import _
from core.sql import Sql
from office.incident_fields import TITLES
from office.plan import Tell

MOST = 5000  # characters of a field
MOST_DRAFT = 4 * MOST
CHANGED = "INC-002"


class Typed(NamedTuple):
    """``over``: what was saved in that field when it was typed."""

    words: str
    over: str


class Report:
    """One incident's report. ``require`` gives the acting IT person's number or raises AUTH-031: asked when
    this is made and at each saving. A draft is kept without asking: the screen may have been locked since."""

    def __init__(self, sql: Sql, number: int, require: Callable[[], str], tell: Tell) -> None:
        self._sql, self._number, self._require, self._tell = sql, number, require, tell
        self._author = require()

    def saved(self) -> dict[str, str]:
        """The report as saved so far, by field."""
        rows = self._sql.rows("SELECT name, words FROM incident_fields WHERE incident = ?", self._number)
        return {row["name"]: row["words"] for row in rows}

    def draft(self) -> dict[str, Typed]:
        """What this person has typed and not saved, by field."""
        rows = self._sql.rows(
            "SELECT name, words, over_words FROM incident_drafts WHERE incident = ? AND author = ?",
            self._number, self._author,
        )  # fmt: skip
        return {row["name"]: Typed(row["words"], row["over_words"]) for row in rows}

    def keep(self, typed: Mapping[str, Typed]) -> None:
        """This person's draft from now on; on the disk when it returns. INC-001 for one that is too long."""
        for each in typed.values():
            _check(each.words, MOST_DRAFT)
        with self._sql.write() as change:
            change.run(
                "DELETE FROM incident_drafts WHERE incident = ? AND author = ?", self._number, self._author
            )
            for name in TITLES.keys() & typed.keys():
                change.run(
                    "INSERT INTO incident_drafts (incident, author, name, words, over_words)"
                    " VALUES (?, ?, ?, ?, ?)",
                    self._number, self._author, name, *typed[name],
                )  # fmt: skip

    def fill(self, typed: Mapping[str, Typed]) -> None:
        """Save these fields. INC-001 for one that is too long; INC-002 where a colleague has saved other
        words in one of them since: then nothing is saved."""
        actor = self._require()
        if not typed:
            return
        with self._sql.write() as change:
            change.lock("incidents")
            for name in (each for each in TITLES if each in typed):
                words, over = typed[name]
                _check(words, MOST)
                query = "SELECT words FROM incident_fields WHERE incident = ? AND name = ?"
                found = change.rows(query, self._number, name)
                if found and found[0]["words"] not in (over, words):
                    raise _changed(name)
                change.run(
                    "INSERT INTO incident_fields (incident, name, words) VALUES (?, ?, ?)"
                    " ON CONFLICT (incident, name) DO UPDATE SET words = excluded.words",
                    self._number, name, words,
                )  # fmt: skip
        self._tell("incident.report", actor, "", {"incident": self._number})


def _check(words: str, most: int) -> None:
    if len(words) > most:
        raise SuiteError(
            _("記録しませんでした。"),
            _("報告の欄は {most} 文字までです。").format(most=f"{MOST:,}"),
            _("短くして、もう一度行ってください。"),
            "INC-001",
        )


def _changed(name: str) -> SuiteError:
    return SuiteError(
        _("報告を保存しませんでした。"),
        _("「{field}」は、ほかの情報担当が先に保存しています。").format(field=_(TITLES[name])),
        _("その内容を欄に並べました。一つにまとめて、もう一度保存してください。"),
        CHANGED,
    )
