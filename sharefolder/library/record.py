"""What is known of a specification, as small files beside it that are only ever added, never rewritten.

A record says which fields somebody set, and which records they had seen. Two people who write at the same
time add two files: where they set different fields both count, where the same one both values stay and are
shown until somebody who has seen both decides. So nothing is lost, and the server needs no locks.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

FIELDS = ("system", "year", "department", "kind", "note")
"""対象システム, 年度 (the year it begins in, Gregorian), 所属, 種別, and a remark."""
NAME = re.compile(r"記録-(\d{8}T\d{6}-[0-9a-f]{12})\.json")
USE = re.compile(r"利用-\d{8}T\d{6}-[0-9a-f]{12}\.json")
MAX_BYTES = 20_000
MAX_RECORDS = 500
_FORMAT = 1
_LONGEST = {"note": 1_000}
_YEAR = re.compile(r"(19|20|21)\d\d")


@dataclass(frozen=True)
class Record:
    """``values``: field → text, empty to clear it; ``seen``: the newest records known to whoever wrote it
    (identifiers; older ones follow from those); ``by``: their section."""

    values: Mapping[str, str]
    seen: frozenset[str]
    by: str = ""


@dataclass(frozen=True)
class Known:
    """What several records come to. ``others``: field → values that were set at the same time as the one
    shown. ``newest``: what a record written now has seen."""

    values: Mapping[str, str]
    others: Mapping[str, tuple[str, ...]]
    newest: frozenset[str]


def checked(values: Mapping[str, str]) -> dict[str, str]:
    """``values`` as they may be kept: known fields, one line, bounded. ValueError with the field's name."""
    made = {}
    for name, value in values.items():
        text = " ".join(value.split())
        if name not in FIELDS or len(text) > _LONGEST.get(name, 100) or not text.isprintable():
            raise ValueError(name)
        if name == "year" and text and not _YEAR.fullmatch(text):
            raise ValueError(name)
        made[name] = text
    return made


def file_name(beginning: str = "記録") -> str:
    """A name that nobody else takes: when (UTC), and 48 random bits."""
    return f"{beginning}-{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(6)}.json"


def written(record: Record) -> bytes:
    """The bytes of a record's file."""
    data = {"format": _FORMAT, "set": dict(record.values), "seen": sorted(record.seen), "by": record.by}
    return json.dumps(data, ensure_ascii=False, indent=1).encode()


def parsed(content: bytes) -> Record:
    """ValueError if it is none of ours."""
    try:
        data = json.loads(content)
        if data["format"] != _FORMAT or len(data["seen"]) > MAX_RECORDS:
            raise ValueError("format")
        values = checked({str(name): str(value) for name, value in data["set"].items()})
        return Record(values, frozenset(map(str, data["seen"])), str(data["by"])[:100])
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("format") from error


def together(records: Mapping[str, Record]) -> Known:
    """What ``records`` (by identifier: their time, then random) come to."""
    before = {name: _ancestors(name, records) for name in records}
    values: dict[str, str] = {}
    others: dict[str, tuple[str, ...]] = {}
    for field in FIELDS:
        setting = [name for name, record in records.items() if field in record.values]
        standing = [n for n in setting if not any(n in before[m] and m not in before[n] for m in setting)]
        standing.sort(reverse=True)
        if not standing:
            continue
        values[field] = records[standing[0]].values[field]
        different = dict.fromkeys(records[name].values[field] for name in standing[1:])
        if rest := tuple(each for each in different if each != values[field]):
            others[field] = rest
    known = {each for name in records for each in before[name] if name not in before[each]}
    return Known(values, others, frozenset(records.keys() - known))


def _ancestors(name: str, records: Mapping[str, Record]) -> set[str]:
    """All that whoever wrote ``name`` had seen; in a ring (a hostile one) also itself."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for each in records[waiting.pop()].seen:
            if each in records and each not in found:
                found.add(each)
                waiting.append(each)
    return found
