"""Programs of the house against the licences that are owned: read from a list, given away as one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.errors import SuiteError
from core.i18n import N_, _

MOST_BYTES, _MOST_OWNED = 256 * 1024, 1_000_000
_NAME, _OWNED = N_("ソフトウェア"), N_("保有数")


@dataclass(frozen=True)
class Title:
    """A program of the house: on how many terminals it was found, how many licences are owned (None: free,
    or nobody has said)."""

    name: str
    found: int
    owned: int | None


def table(titles: Sequence[Title]) -> Iterator[tuple[str, ...]]:
    """Headings and a row a program; what is owned, missing and over stays empty where nobody has said. With
    the numbers filled in it is a list that ``parse`` reads."""
    yield _(_NAME), _("見つかった台数"), _(_OWNED), _("不足"), _("余り")
    for each in titles:
        if each.owned is None:
            yield each.name, str(each.found), "", "", ""
        else:
            missing, over = max(0, each.found - each.owned), max(0, each.owned - each.found)
            yield each.name, str(each.found), str(each.owned), str(missing), str(over)


def parse(content: bytes) -> dict[str, int]:
    """How many are owned of each program with a number (CSV in UTF-8 or Shift_JIS). SuiteError INV-002."""
    try:
        if len(content) > MOST_BYTES:
            raise ValueError("too large")
        lines = csv.DictReader(io.StringIO(_decoded(content)))
        headings = set(lines.fieldnames or ())
        name, owned = (each if each in headings else _(each) for each in (_NAME, _OWNED))
        if not {name, owned} <= headings:
            raise ValueError("not a list of licences")
        return {
            short_text(line[name].removeprefix("'")): _number(line[owned])
            for line in lines
            if (line[owned] or "").strip()
        }
    except (ValueError, KeyError, TypeError, AttributeError, csv.Error) as error:
        raise SuiteError(
            _("ライセンスの一覧を読み込みませんでした。"),
            _("見出しが「ソフトウェア」「保有数」の CSV ではありません。"),
            _("見出しと、保有数が 0 以上の整数かを確かめてください。"),
            "INV-002",
        ) from error


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp932")


def _number(text: str) -> int:
    if not 0 <= (count := int(text)) <= _MOST_OWNED:
        raise ValueError("not a number of licences")
    return count


def short_text(value: object) -> str:
    """A name as others write it; ValueError for anything longer or with signs that do not print."""
    if not isinstance(value, str) or len(value) > 200 or not value.isprintable():
        raise ValueError("not a short text")
    return value
