"""The inventory: what each terminal says about itself, taken up from the folder where terminals leave it.

A report is a small JSON file, a terminal's own word: bounded, parsed strictly, kept as text. It says which
machine and which programs, never who: no person, no file name, no address is in it.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from core.errors import SuiteError
from core.files import read_bounded
from core.i18n import _
from core.sql import Row, Sql, Transaction
from office import licences
from office.licences import Title, short_text

MOST_BYTES, MOST_PROGRAMS, MOST_REPORTS = licences.MOST_BYTES, 1000, 20_000
STALE_AFTER_S = 30 * 86_400
AHEAD_S = 86_400  # a clock that runs ahead so far is believed to be a clock
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_STATES = ("ok", "fail", "unknown", "")


class Report(NamedTuple):
    """A tuple: ten thousand are made for one look. ``seen``: seconds since the epoch, when it was made.
    ``state``: of its self-test (ok, fail, unknown, or empty: not run); ``failed``: the keys of checks that
    failed. ``programs``: (name, version)."""

    name: str
    model: str
    os: str
    version: str
    seen: float
    cameras: tuple[str, ...] = ()
    state: str = ""
    failed: tuple[str, ...] = ()
    programs: tuple[tuple[str, str], ...] = ()

    def encoded(self) -> bytes:
        return json.dumps({"format": 1, **self._asdict()}, ensure_ascii=False).encode()

    def stale(self, now: float) -> bool:
        return now - self.seen > STALE_AFTER_S


@dataclass(frozen=True)
class Collected:
    """How many reports were new; the names of files that are no report."""

    taken: int
    refused: tuple[str, ...]


def parse(content: bytes, now: float) -> Report:
    """ValueError for anything that is not a report of format 1. A clock that runs ahead counts as now, up to
    a day: a report of another year would stay new for ever."""
    if len(content) > MOST_BYTES:
        raise ValueError("too large")
    try:
        found = json.loads(content)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(found, dict) or found.get("format") != 1:
        raise ValueError("not a report")
    name, seen = found.get("name"), found.get("seen")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError("not a terminal's name")
    if not isinstance(seen, int | float) or isinstance(seen, bool) or not 0 < seen <= now + AHEAD_S:
        raise ValueError("not a time")
    if (state := found.get("state")) not in _STATES:
        raise ValueError("not a state")
    programs = found.get("programs")
    if not isinstance(programs, list) or len(programs) > MOST_PROGRAMS:
        raise ValueError("not a list of programs")
    pairs = {short_text(pair[0]): short_text(pair[1]) for pair in programs if _is_pair(pair)}
    if len(pairs) != len(programs):
        raise ValueError("a program that is none, or twice")
    model, system, version = (short_text(found.get(key)) for key in ("model", "os", "version"))
    return Report(
        name, model, system, version, min(float(seen), now), _texts(found.get("cameras")), str(state),
        _texts(found.get("failed")), tuple(pairs.items()),
    )  # fmt: skip


class Inventory:
    """``require`` gives the acting IT person's number or raises AUTH-031."""

    def __init__(self, sql: Sql, require: Callable[[], str], clock: Callable[[], float] = time.time) -> None:
        self._sql, self._require, self._clock = sql, require, clock

    def collect(self, folder: Path) -> Collected:
        """Take up every report in ``folder`` that is newer than what is known. The files stay: the next
        report of the same terminal replaces its file. SuiteError INV-001 if the folder cannot be read."""
        self._require()
        try:
            files = sorted(p for p in folder.iterdir() if p.suffix == ".json")[:MOST_REPORTS]
        except OSError as error:
            raise _unreadable(folder) from error
        known = {row["name"]: row["seen"] for row in self._sql.rows("SELECT name, seen FROM terminals")}
        taken, refused, now = 0, [], self._clock()
        for path in files:
            try:
                report = parse(read_bounded(path, MOST_BYTES + 1, follow=False), now)
                if report.name != path.stem:
                    raise ValueError("another terminal's name")
            except (OSError, ValueError):
                refused.append(path.name)
                continue
            if known.get(report.name, 0.0) < report.seen:
                self.take(report)
                taken += 1
        return Collected(taken, tuple(refused))

    def take(self, report: Report) -> None:
        """Keep ``report`` as the terminal's present state."""
        with self._sql.write() as change:
            change.lock("inventory")
            change.run("DELETE FROM terminals WHERE name = ?", report.name)
            change.run(
                "INSERT INTO terminals (name, model, os, version, cameras, state, failed, seen)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                report.name, report.model, report.os, report.version, json.dumps(report.cameras),
                report.state, json.dumps(report.failed), report.seen,
            )  # fmt: skip
            _keep_programs(change, report)

    def terminals(self) -> list[Report]:
        """All of them by name, without their programs."""
        self._require()
        rows = self._sql.rows("SELECT name, model, os, version, seen, cameras, state, failed FROM terminals")
        return sorted(map(_report, rows))

    def cameras(self) -> dict[str, str]:
        """The camera that each terminal signs in with: the first it names."""
        self._require()
        found = self._sql.rows("SELECT name, cameras FROM terminals WHERE cameras <> '[]'")
        return {row["name"]: _list(row["cameras"])[0] for row in found}

    def programs(self, name: str) -> list[tuple[str, str]]:
        """(name, version) of what was found on a terminal."""
        self._require()
        rows = self._sql.rows("SELECT name, version FROM programs WHERE terminal = ? ORDER BY name", name)
        return [(row["name"], row["version"]) for row in rows]

    def titles(self) -> list[Title]:
        """Every program of the house, the most frequent first."""
        self._require()
        rows = self._sql.rows(
            "SELECT name, found, owned FROM titles WHERE found > 0 OR owned IS NOT NULL"
            " ORDER BY found DESC, name"
        )
        return [Title(row["name"], row["found"], row["owned"]) for row in rows]

    def take_licences(self, content: bytes) -> int:
        """Read how many licences are owned (CSV in UTF-8 or Shift_JIS: ソフトウェア, 保有数); how many lines.
        What is not in the file is not known to be owned. SuiteError INV-002, nothing changed."""
        self._require()
        owned = licences.parse(content)
        with self._sql.write() as change:
            change.lock("inventory")
            change.run("UPDATE titles SET owned = NULL")
            for name, count in owned.items():
                change.run(
                    "INSERT INTO titles (name, found, owned) VALUES (?, 0, ?)"
                    " ON CONFLICT (name) DO UPDATE SET owned = excluded.owned",
                    name,
                    count,
                )
        return len(owned)

    def managed(self, names: Sequence[str]) -> int:
        """How many of the enrolled terminals ``names`` have reported within thirty days."""
        after = self._clock() - STALE_AFTER_S
        rows = self._sql.rows("SELECT name FROM terminals WHERE seen >= ?", after)
        return len({row["name"] for row in rows} & set(names))


def _keep_programs(change: Transaction, report: Report) -> None:
    rows = change.rows("SELECT name, version FROM programs WHERE terminal = ?", report.name)
    before = {row["name"]: row["version"] for row in rows}
    now = dict(report.programs)
    for name in before.keys() - now.keys():
        change.run("DELETE FROM programs WHERE terminal = ? AND name = ?", report.name, name)
        change.run("UPDATE titles SET found = found - 1 WHERE name = ?", name)
    for name, version in now.items():
        if name not in before:
            change.run(
                "INSERT INTO titles (name, found, owned) VALUES (?, 1, NULL)"
                " ON CONFLICT (name) DO UPDATE SET found = titles.found + 1",
                name,
            )
        if before.get(name) != version:
            change.run(
                "INSERT INTO programs (terminal, name, version) VALUES (?, ?, ?)"
                " ON CONFLICT (terminal, name) DO UPDATE SET version = excluded.version",
                report.name,
                name,
                version,
            )


def _report(row: Row) -> Report:
    cameras, failed = _list(row["cameras"]), _list(row["failed"])
    return Report(
        row["name"], row["model"], row["os"], row["version"], row["seen"], cameras, row["state"], failed
    )


@lru_cache(1024)
def _list(text: str) -> tuple[str, ...]:
    """Ten thousand terminals have a few cameras."""
    return tuple(json.loads(text))


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > 50:
        raise ValueError("not a short list")
    return tuple(short_text(each) for each in value)


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2


def _unreadable(folder: Path) -> SuiteError:
    return SuiteError(
        _("端末の報告を読めませんでした。"),
        _("「{name}」を開けません。").format(name=folder.name or str(folder)),
        _("方針の servers.reports の場所と権限を確かめてください。"),
        "INV-001",
    )
