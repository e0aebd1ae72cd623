"""Writing answers into a workbook's empty cells and changing nothing else. Runs in the limited child.

The sheet's part is edited where the cells stand (ISO/IEC 29500-1, 18.3); every other part is copied byte for
byte, so that pictures, macros, settings and styles are what they were. Only a date in a cell without a date's
format adds a format of its own.
"""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from lxml import etree

from sharefolder.documents.text import Bounded, Unreadable
from sharefolder.documents.workbook import place, sheet_files

MAX_FILE = 20_000_000  # bytes of the workbook
_MAX_PARTS = 5_000
_WHOLE = 200_000_000  # bytes of all parts unpacked
_DATES = {*range(14, 23), *range(27, 37), *range(50, 59)}
"""numFmtId of the built-in date formats, the Japanese ones among them (18.8.30)."""
_CODE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
Cell = tuple[int, int, str, str]
"""Row and column from 0, kind (``n`` number, ``d`` ISO date, ``s`` text, empty to clear), and the text."""


def fill(path: Path, sheet: str, cells: Sequence[Cell]) -> str:
    """The workbook at ``path`` with ``cells`` set in ``sheet``, as base64. Raises Unreadable: ``formula``
    where the sheet calculates, since what it shows would no longer be true until Excel has opened it."""
    if path.stat().st_size > MAX_FILE:
        raise Unreadable("too large")
    try:
        with zipfile.ZipFile(path) as archive:
            return base64.b64encode(_filled(archive, sheet, cells)).decode()
    except zipfile.BadZipFile as error:
        raise Unreadable("damaged") from error


def _filled(archive: zipfile.ZipFile, sheet: str, cells: Sequence[Cell]) -> bytes:
    parts = archive.infolist()
    if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > _WHOLE:
        raise Unreadable("too large")
    facts: dict[str, Any] = {"date1904": False}
    file = sheet_files(archive, facts).get(sheet)
    if file is None:
        raise Unreadable("damaged")
    styles = _Styles(_tree(archive, "xl/styles.xml"))
    made = {file: _Sheet(_tree(archive, file), styles, facts["date1904"]).set(cells)}
    if styles.changed:
        made["xl/styles.xml"] = styles.root
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for part in parts:
            if part.filename in made:
                content = etree.tostring(
                    made[part.filename], xml_declaration=True, encoding="UTF-8", standalone=True
                )
            else:
                content = _whole(archive, part.filename)
            written.writestr(part, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _whole(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        bounded = Bounded(part)
        return b"".join(iter(bounded.read, b""))


def _tree(archive: zipfile.ZipFile, name: str) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(_whole(archive, name), parser)
    except (KeyError, etree.XMLSyntaxError) as error:
        raise Unreadable("damaged") from error


class _Styles:
    """Cell formats (18.8.10), and those that this has to add for dates."""

    def __init__(self, root: Any) -> None:
        self.root, self.changed = root, False
        self._formats = root.find("{*}cellXfs")
        if self._formats is None or not len(self._formats):
            raise Unreadable("damaged")
        codes = {e.get("numFmtId"): e.get("formatCode", "") for e in root.iterfind("{*}numFmts/{*}numFmt")}
        self._dates = {number for number, code in codes.items() if re.search("[yd]", _CODE.sub("", code))}
        self._made: dict[int, int] = {}

    def dated(self, style: int) -> int:
        """``style`` itself if it shows dates, else one that is like it and does."""
        formats = self._formats
        style = style if 0 <= style < len(formats) else 0
        number = formats[style].get("numFmtId", "0")
        if number in self._dates or (number.isdigit() and int(number) in _DATES):
            return style
        if style not in self._made:
            new = etree.fromstring(etree.tostring(formats[style]))
            new.set("numFmtId", "14")
            new.set("applyNumberFormat", "1")
            formats.append(new)
            formats.set("count", str(len(formats)))
            self._made[style] = len(formats) - 1
            self.changed = True
        return self._made[style]


class _Sheet:
    """One worksheet part."""

    def __init__(self, root: Any, styles: _Styles, date1904: bool) -> None:
        self._root, self._styles = root, styles
        self._first = date(1904, 1, 1) if date1904 else date(1899, 12, 30)
        self._data = root.find("{*}sheetData")
        if self._data is None:
            raise Unreadable("damaged")
        if next(self._data.iter("{*}f"), None) is not None:
            raise Unreadable("formula")
        self._rows = dict(_numbered(self._data, lambda each: int(each.get("r")) - 1))
        self._columns = list(root.iterfind("{*}cols/{*}col"))

    def set(self, cells: Sequence[Cell]) -> Any:
        """The part with ``cells`` in it."""
        for row, column, kind, text in cells:
            if not (0 <= row < 1_048_576 and 0 <= column < 16_384):
                raise Unreadable("damaged")
            self._put(self._cell(row, column, make=bool(text)), kind, text)
        size = self._root.find("{*}dimension")
        if size is not None:  # optional (18.3.1.35), and no longer true
            self._root.remove(size)
        return self._root

    def _put(self, cell: Any, kind: str, text: str) -> None:
        if cell is None:
            return
        for child in list(cell):
            cell.remove(child)
        cell.attrib.pop("t", None)
        if not text:
            return
        if kind == "s":
            cell.set("t", "inlineStr")
            words = etree.SubElement(etree.SubElement(cell, self._tag("is")), self._tag("t"))
            words.text = text
            words.set(_SPACE, "preserve")
            return
        if kind == "d":
            cell.set("s", str(self._styles.dated(int(cell.get("s", "0")))))
            text = str((date.fromisoformat(text) - self._first).days)
        etree.SubElement(cell, self._tag("v")).text = text

    def _cell(self, row: int, column: int, make: bool) -> Any:
        line = self._rows.get(row)
        if line is None:
            if not make:
                return None
            line = etree.Element(self._tag("row"), r=str(row + 1))
            after = [number for number in self._rows if number < row]
            self._data.insert(self._data.index(self._rows[max(after)]) + 1 if after else 0, line)
            self._rows[row] = line
        cells = dict(_numbered(line, lambda each: place(each.get("r"))[1]))
        if column in cells or not make:
            return cells.get(column)
        made = etree.Element(self._tag("c"), r=f"{_letters(column)}{row + 1}")
        if (style := self._style_of(line, column)) is not None:
            made.set("s", style)
        before = [number for number in cells if number < column]
        line.insert(line.index(cells[max(before)]) + 1 if before else 0, made)
        return made

    def _style_of(self, row: Any, column: int) -> str | None:
        """What an empty cell there looks like: its row's format, else its column's."""
        if row.get("customFormat") in ("1", "true"):
            return str(row.get("s", "0"))
        for each in self._columns:
            if int(each.get("min", "0")) <= column + 1 <= int(each.get("max", "0")):
                return str(each.get("style", "0"))
        return None

    def _tag(self, name: str) -> str:
        return f"{{{etree.QName(self._root).namespace}}}{name}"


def _numbered(parent: Any, number_of: Any) -> Iterator[tuple[int, Any]]:
    """Rows or cells with their numbers from 0; one that does not say its own follows the one before it."""
    last = -1
    for each in parent.iterchildren("{*}row", "{*}c"):
        last = number_of(each) if each.get("r") else last + 1
        yield last, each


def _letters(column: int) -> str:
    made, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        made = chr(65 + rest) + made
    return made
