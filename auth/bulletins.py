"""Notices from IT: what the IT role tells everybody for a while, in the register's database.

They reach a terminal through the matcher's door, over the connection by which it already trusts the matcher:
there is no way for anybody else to put one there. Who has read one is kept with it, so it follows the person
to any terminal; it is forgotten when the notice is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from auth.lockout import Clock
from core.errors import SuiteError
from core.i18n import _
from core.sql import Row, Sql

MOST_TITLE, MOST_TEXT, MOST_SHOWN = 80, 1000, 20
LONGEST_S = 366 * 86_400
TOLD_FOR_S = 30 * 86_400
FORGOTTEN_AFTER_S = 90 * 86_400
"""After its end a notice and who has read it are deleted, when the next one is written."""
_COLUMNS = "id, title, words, begins, ends, urgent, withdrawn"


@dataclass(frozen=True)
class Bulletin:
    """A notice from IT. ``begins``, ``ends``: seconds since the epoch; ``id`` 0: not yet written.

    ``read``: whether whoever asks has read it; ``readers``: how many have (for the IT role only).
    """

    title: str
    words: str
    begins: float
    ends: float
    urgent: bool = False
    id: int = 0
    read: bool = False
    withdrawn: bool = False
    readers: int = 0


def checked(bulletin: Bulletin) -> Bulletin:
    """``bulletin`` without spaces around its words. SuiteError NEWS-001 for what cannot be shown."""
    title, words = bulletin.title.strip(), bulletin.words.strip()
    lines = words.split("\n")
    if not title or len(title) > MOST_TITLE or not title.isprintable():
        raise _bad(_("題名は、1 行で {most} 字までです。").format(most=MOST_TITLE))
    if not words or len(words) > MOST_TEXT or not all(line.isprintable() for line in lines):
        raise _bad(_("本文は、{most} 字までです。").format(most=MOST_TEXT))
    if not 0 < bulletin.begins < bulletin.ends <= bulletin.begins + LONGEST_S:
        raise _bad(_("終わりの日は、始まりの日から 1 年までです。"))
    return replace(bulletin, title=title, words=words)


def parsed(answer: Mapping[str, Any]) -> list[Bulletin]:
    """What a matcher has answered. ValueError for anything that is no list of notices."""
    rows = answer.get("bulletins")
    if not isinstance(rows, list) or len(rows) > MOST_SHOWN:
        raise ValueError("not a list of notices")
    return [_parsed(row) for row in rows]


def _parsed(row: object) -> Bulletin:
    if not isinstance(row, dict):
        raise ValueError("not a notice")
    title, words, number = row.get("title"), row.get("words"), row.get("id")
    if not isinstance(title, str) or not isinstance(words, str):
        raise ValueError("not words")
    if type(number) is not int or number <= 0:
        raise ValueError("not a number")
    begins, ends = _time(row.get("begins")), _time(row.get("ends"))
    urgent, read = row.get("urgent") is True, row.get("read") is True
    try:
        return checked(Bulletin(title, words, begins, ends, urgent, number, read))
    except SuiteError as error:
        raise ValueError("not a notice") from error


def _time(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e11:
        raise ValueError("not a time")
    return float(value)


class Bulletins:
    """Who may write is asked by ``auth.administration``; who reads, by the matcher."""

    def __init__(self, sql: Sql, clock: Clock) -> None:
        self._sql, self._clock = sql, clock

    def write(self, bulletin: Bulletin, actor: str) -> int:
        """Keep it for everybody, by ``actor``; its number. SuiteError NEWS-001."""
        return self._keep(bulletin, actor, "")

    def _keep(self, bulletin: Bulletin, actor: str, reader: str) -> int:
        new, now = checked(bulletin), self._clock.now()
        with self._sql.write() as change:
            old = "(SELECT id FROM bulletins WHERE ends < ?)"
            change.run(f"DELETE FROM bulletin_reads WHERE bulletin IN {old}", now - FORGOTTEN_AFTER_S)  # noqa: S608
            change.run("DELETE FROM bulletins WHERE ends < ?", now - FORGOTTEN_AFTER_S)
            kept = change.rows(
                "INSERT INTO bulletins (title, words, begins, ends, urgent, withdrawn, written, actor,"
                " reader) VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?) RETURNING id",
                new.title, new.words, new.begins, new.ends, int(new.urgent), now, actor, reader,
            )  # fmt: skip
        return int(kept[0]["id"])

    def tell(self, staff_number: str, title: str, words: str, actor: str) -> None:
        """One person alone, urgently, for 30 days. No office's list shows it and nobody takes it back."""
        now = self._clock.now()
        self._keep(Bulletin(title, words, now, now + TOLD_FOR_S, urgent=True), actor, staff_number)

    def withdraw(self, number: int, withdrawn: bool) -> None:
        """Show it to nobody any more, or again. SuiteError NEWS-002 if there is none."""
        with self._sql.write() as change:
            statement = "UPDATE bulletins SET withdrawn = ? WHERE id = ? AND reader = ''"
            if not change.run(statement, int(withdrawn), number):
                raise _unknown()

    def every(self) -> list[Bulletin]:
        """All that are kept and for everybody, the newest first, with how many have read each."""
        rows = self._sql.rows(
            f"SELECT {_COLUMNS}, (SELECT COUNT(*) FROM bulletin_reads WHERE bulletin = bulletins.id)"  # noqa: S608
            " AS readers FROM bulletins WHERE reader = '' ORDER BY id DESC LIMIT 1000"
        )
        return [_of(row) for row in rows]

    def now(self, staff_number: str) -> list[Bulletin]:
        """What is to be shown now: the urgent first, then the newest; at most ``MOST_SHOWN``."""
        now = self._clock.now()
        rows = self._sql.rows(
            f"SELECT {_COLUMNS}, EXISTS (SELECT 1 FROM bulletin_reads r"  # noqa: S608
            " WHERE r.bulletin = bulletins.id AND r.staff_number = ?) AS seen"
            " FROM bulletins WHERE begins <= ? AND ends > ? AND withdrawn = 0 AND reader IN ('', ?)"
            " ORDER BY urgent DESC, id DESC LIMIT ?",
            staff_number, now, now, staff_number, MOST_SHOWN,
        )  # fmt: skip
        return [_of(row) for row in rows]

    def read(self, number: int, staff_number: str, read: bool) -> None:
        """Keep that this person has read it (or not after all). SuiteError NEWS-002 if there is none."""
        with self._sql.write() as change:
            theirs = "SELECT 1 FROM bulletins WHERE id = ? AND reader IN ('', ?)"
            if not change.rows(theirs, number, staff_number):
                raise _unknown()
            if read:
                change.run(
                    "INSERT INTO bulletin_reads (bulletin, staff_number) VALUES (?, ?)"
                    " ON CONFLICT (bulletin, staff_number) DO NOTHING",
                    number,
                    staff_number,
                )
            else:
                change.run(
                    "DELETE FROM bulletin_reads WHERE bulletin = ? AND staff_number = ?", number, staff_number
                )


def shown(bulletin: Bulletin) -> dict[str, Any]:
    """What a terminal is told of it."""
    told = ("id", "title", "words", "begins", "ends", "urgent", "read")
    return {name: value for name, value in asdict(bulletin).items() if name in told}


def _of(row: Row) -> Bulletin:
    return Bulletin(
        row["title"],
        row["words"],
        row["begins"],
        row["ends"],
        bool(row["urgent"]),
        row["id"],
        bool(row.get("seen", False)),
        bool(row["withdrawn"]),
        row.get("readers", 0),
    )


def _bad(why: str) -> SuiteError:
    return SuiteError(
        _("お知らせを掲示しませんでした。"), why, _("直してからもう一度掲示してください。"), "NEWS-001"
    )


def _unknown() -> SuiteError:
    return SuiteError(
        _("このお知らせはもうありません。"),
        _("取り消されたか、古くなって消えました。"),
        _("一覧を読み直してください。"),
        "NEWS-002",
    )
