"""What a cell's format makes of it: 0.5 as 50%, 7 as 007, 46346 as 令和8年, a text as struck out. Runs in the
limited child."""

from __future__ import annotations

import datetime
import re
import zipfile
from typing import Any

from lxml import etree

from sharefolder.documents.areas import Areas
from sharefolder.documents.text import Bounded

PERCENT = "%"
STRUCK, SCALED, ERA = "~", ",", "g"
"""Crossed out; 1234567 as 1,235 (in thousands); a part of a date (令和8年, 金曜日), a number to calamine."""
LAST_ROW = 1_048_575
_FIRST, _LAST = 61, 2_957_003
"""Days that both calendars of Excel have: from 1 March 1900 on, up to 9999."""
_ANY = re.compile(
    rb"""%|[:<]strike|numFmtId\s*=\s*["'](?:9|10)["']|formatCode\s*=\s*["'](?:[^"'0#]*00|[^"']*(?:[ge]|aaa|[0#?],(?:[^0#?]|["'])))"""
)
_IN_THOUSANDS = re.compile(r"[0#?],+(?![0#?,])")
_NO_TOKENS = re.compile(r"general|[e][+-]", re.IGNORECASE)
_OF_A_DATE = re.compile(r"g|e|aaa", re.IGNORECASE)
_SEEN_AS_A_DATE = re.compile(r"[ymdhs]", re.IGNORECASE)
_CODE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_BUILT_IN = {"9": PERCENT, "10": PERCENT}  # 0%, 0.00% (ISO/IEC 29500-1, 18.8.30)
Area = tuple[int, int, int]


def formats(archive: zipfile.ZipFile) -> dict[str, str]:
    """Number of a cell's format → ``%``, ``STRUCK``, ``SCALED``, ``ERA`` or the zeros it shows (000)."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    with archive.open("xl/styles.xml") as part:
        bounded = Bounded(part)
        content = b"".join(iter(bounded.read, b""))
    if b"\0" not in content and not _ANY.search(content):
        return {}
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return {}
    own = {e.get("numFmtId"): e.get("formatCode", "") for e in root.iterfind("{*}numFmts/{*}numFmt")}
    struck = {str(n) for n, font in enumerate(root.iterfind("{*}fonts/{*}font")) if is_struck(font)}
    made = {}
    for number, each in enumerate(root.iterfind("{*}cellXfs/{*}xf")):
        kind = each.get("numFmtId", "0")
        if each.get("fontId", "0") in struck:
            made[str(number)] = STRUCK
            continue
        if code := _look(own[kind]) if kind in own else _BUILT_IN.get(kind, ""):
            made[str(number)] = code
    return made


def is_struck(properties: etree._Element) -> bool:
    """Whether a font, or what is said of a run of text (18.4.10), crosses it out."""
    found = properties.find("{*}strike")
    return found is not None and found.get("val", "1") not in ("0", "false")


def _look(code: str) -> str:
    bare = _CODE.sub("", code.partition(";")[0])
    tokens = _NO_TOKENS.sub("", bare)
    if _OF_A_DATE.search(tokens) and not _SEEN_AS_A_DATE.search(tokens):
        return ERA
    if _IN_THOUSANDS.search(bare):
        return SCALED
    if PERCENT in bare:
        return PERCENT
    zeros = re.match("00+", bare)
    return zeros[0] + ("" if zeros[0] == code.partition(";")[0] else "-") if zeros else ""


def as_dates(sheet: dict[str, Any], date1904: bool) -> None:
    """Numbers that are shown as a part of a date alone (令和8年) are dates, as those with a day are."""
    areas = Areas(sheet["looks"].pop(ERA, ()))
    first = datetime.datetime(1904, 1, 1) if date1904 else datetime.datetime(1899, 12, 30)
    for cell in sheet["cells"]:
        if cell[2] == "n" and (cell[0], cell[1]) in areas and _FIRST <= float(cell[3]) <= _LAST:
            when = first + datetime.timedelta(days=float(cell[3]))
            cell[2:] = "d", (when if when.time() != datetime.time() else when.date()).isoformat()


def telling(codes: dict[str, str]) -> bytes:
    """A pattern for cells and columns that have one of these formats; empty for none."""
    numbers = b"|".join(number.encode() for number in codes)
    return rb"""|\ss(?:tyle)?\s*=\s*["'](?:""" + numbers + rb""")["']""" if codes else b""


class Looks:
    """Where on a sheet numbers look like others: cells that say so, or whole columns but for theirs."""

    def __init__(self, codes: dict[str, str]) -> None:
        self.codes = codes
        self._columns: dict[int, str] = {}
        self._cells: dict[int, dict[int, str]] = {}

    def column(self, first: int, last: int, style: str) -> None:
        if code := self.codes.get(style, ""):
            self._columns |= dict.fromkeys(range(first, last + 1), code)

    def cell(self, row: int, column: int, style: str) -> None:
        code = self.codes.get(style, "")
        if code or column in self._columns:
            self._cells.setdefault(column, {})[row] = code

    def areas(self) -> dict[str, list[Area]]:
        """Code → columns with the first and the last row of each run."""
        made: dict[str, list[Area]] = {}
        for column in sorted({*self._columns, *self._cells}):
            rows = sorted(self._cells.get(column, {}).items())
            for code, first, last in _runs(rows, self._columns.get(column, "")):
                made.setdefault(code, []).append((column, first, last))
        return made


def _runs(rows: list[tuple[int, str]], default: str) -> list[tuple[str, int, int]]:
    made: list[tuple[str, int, int]] = []

    def add(code: str, first: int, last: int) -> None:
        if not code or last < first:
            return
        if made and made[-1][0] == code and made[-1][2] == first - 1:
            made[-1] = code, made[-1][1], last
        else:
            made.append((code, first, last))

    after = 0
    for row, code in rows:
        add(default, after, row - 1)
        add(code, row, row)
        after = row + 1
    add(default, after, LAST_ROW)
    return made
