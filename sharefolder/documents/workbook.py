"""A workbook as cells with their places, and what about it makes a reader doubt. Runs in the limited child.

python-calamine reads values; what it does not tell (errors, formulas and those without a stored value, hidden
rows and columns, formats, macros, the 1904 calendar) is read from the parts of the file with zip and lxml.
"""

from __future__ import annotations

import datetime
import re
import zipfile
from pathlib import Path
from typing import Any

from lxml import etree

from sharefolder.documents import remarks
from sharefolder.documents.looks import Looks, as_dates, formats, is_struck, telling
from sharefolder.documents.text import Bounded, Unreadable, reason

MAX_CELLS = 300_000
MAX_COLUMNS = 400
MAX_TEXTS = 300_000
_TELLING = rb"""<(?:\w{1,20}:)?f[\s>/]|hidden|[:<]strike|\st\s*=\s*["']e["']"""
_STRIKE = re.compile(rb"[:<]strike")


def read(path: Path) -> dict[str, Any]:
    """``{"sheets": [{"name", "visible", "cells": [[row, column, kind, text]], "merged", "hidden_rows",
    "hidden_columns", "formulas", "uncached", "looks", "struck"}], "macros", "date1904", "legacy",
    "unseen", "remarks"}``; rows and columns from 0.

    ``kind``: ``s`` text, ``n`` number, ``d`` date (ISO), ``t`` time, ``b`` true or false, ``e`` an error.
    ``formulas``: places, those of ``uncached`` (no value stored) among them. ``looks``: ``Looks.areas``.
    ``struck``: places of texts a part of which is crossed out. ``remarks``: ``remarks.mark``.
    ``unseen``: a part that tells
    what calamine does not could not be found (.xls and .xlsb have none). Raises Unreadable.
    """
    from python_calamine import CalamineWorkbook

    with path.open("rb") as file:
        head = file.read(8)
    legacy = head == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    if legacy and path.suffix.lower() not in (".xls", ".xlt"):
        raise Unreadable("password")
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheets = [_sheet(workbook, meta) for meta in workbook.sheets_metadata if _is_table(meta)]
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(reason(error)) from error
    made: dict[str, Any] = {"sheets": sheets, "macros": False, "date1904": False, "legacy": legacy}
    made["remarks"] = ""
    made["unseen"] = not zipfile.is_zipfile(path) or not _facts(path, made)
    return made


def _is_table(meta: Any) -> bool:
    return str(meta.typ).endswith("WorkSheet")


def _sheet(workbook: Any, meta: Any) -> dict[str, Any]:
    sheet = workbook.get_sheet_by_name(meta.name)
    start = sheet.start or (0, 0)
    cells: list[list[Any]] = []
    for row, values in enumerate(sheet.to_python(skip_empty_area=True), start[0]):
        for column, value in enumerate(values[:MAX_COLUMNS], start[1]):
            if value != "" and value is not None:
                cells.append([row, column, *_value(value)])
        if len(cells) > MAX_CELLS:
            raise Unreadable("too large")
    merged = [[a[0], a[1], b[0], b[1]] for a, b in (sheet.merged_cell_ranges or ())]
    visible = str(meta.visible).endswith("Visible") and "Hidden" not in str(meta.visible)
    return {
        "name": meta.name,
        "visible": visible,
        "cells": cells,
        "merged": merged,
        "hidden_rows": [],
        "hidden_columns": [],
        "formulas": [],
        "uncached": [],
        "looks": {},
        "struck": [],
    }


def _value(value: Any) -> tuple[str, str]:
    if isinstance(value, bool):
        return "b", "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e21
        return "n", str(int(value)) if whole else repr(value)
    if isinstance(value, datetime.datetime | datetime.date):
        return "d", value.isoformat()
    if isinstance(value, datetime.timedelta):  # [h]:mm
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return "t", f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    if isinstance(value, datetime.time):
        return "t", str(value)
    return "s", str(value).replace("\r\n", "\n").replace("\r", "\n")  # as Excel and LibreOffice write it


def _facts(path: Path, made: dict[str, Any]) -> bool:
    """Fill in what calamine does not tell; False where the part of a sheet cannot be found."""
    found = True
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        made["macros"] = any(name.endswith("vbaProject.bin") for name in names)
        made["remarks"] = remarks.mark(archive)
        files = sheet_files(archive, made)
        codes, struck = formats(archive), _struck_texts(archive)
        found_by = re.compile(_TELLING + telling(codes))
        for sheet in made["sheets"]:
            file = files.get(sheet["name"], "")
            if file not in names:
                found = False
                continue
            with archive.open(file) as part:
                told = bool(struck) or _tells(Bounded(part), found_by)
            with archive.open(file) as part:
                if told:
                    _sheet_facts(Bounded(part), sheet, Looks(codes), struck)
            as_dates(sheet, made["date1904"])
    return found


def _struck_texts(archive: zipfile.ZipFile) -> set[str]:
    """Numbers of the shared texts a part of which is crossed out."""
    name = "xl/sharedStrings.xml"
    if name not in archive.namelist():
        return set()
    with archive.open(name) as part:
        if not _tells(Bounded(part), _STRIKE):
            return set()
    found: set[str] = set()
    with archive.open(name) as part:
        for number, (_event, each) in enumerate(_parsed(Bounded(part), "si")):
            if number > MAX_TEXTS:
                raise Unreadable("too large")
            if any(is_struck(run) for run in each.iterfind("{*}r/{*}rPr")):
                found.add(str(number))
            each.clear()
    return found


def _tells(part: Bounded, found_by: re.Pattern[bytes]) -> bool:
    """Whether there is anything in ``part`` that calamine does not tell: most answers have nothing."""
    before = b""
    while chunk := part.read():
        if b"\0" in chunk or found_by.search(before + chunk):  # UTF-16 is looked into in any case
            return True
        before = chunk[-32:]
    return False


def sheet_files(archive: zipfile.ZipFile, made: dict[str, Any]) -> dict[str, str]:
    """Sheet name → part; sets ``date1904`` on the way."""
    targets, files = {}, {}
    try:
        with archive.open("xl/_rels/workbook.xml.rels") as part:
            for _event, each in _parsed(Bounded(part), "Relationship"):
                targets[each.get("Id")] = each.get("Target", "")
        with archive.open("xl/workbook.xml") as part:
            for _event, each in _parsed(Bounded(part), "sheet", "workbookPr"):
                if each.tag.endswith("}workbookPr"):
                    made["date1904"] = each.get("date1904") in ("1", "true")
                    continue
                link = next((v for k, v in each.attrib.items() if k.endswith("}id")), "")
                target = targets.get(link, "")
                files[each.get("name")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    except (KeyError, etree.XMLSyntaxError):
        return {}
    return files


def _sheet_facts(part: Bounded, sheet: dict[str, Any], looks: Looks, struck: set[str]) -> None:
    for _event, each in _parsed(part, "c", "row", "col"):
        tag = each.tag.rpartition("}")[2]
        if tag == "c":
            _cell_facts(each, sheet, struck)
            if looks.codes:
                looks.cell(*_at(each), each.get("s", "0"))
        elif tag == "row":
            if each.get("hidden") in ("1", "true"):
                sheet["hidden_rows"].append(int(each.get("r", "1")) - 1)
            each.clear()
        else:
            first, last = int(each.get("min", "1")) - 1, int(each.get("max", "1")) - 1
            last = min(last, MAX_COLUMNS)
            looks.column(first, last, each.get("style", "0"))
            if each.get("hidden") in ("1", "true"):
                sheet["hidden_columns"].extend(range(first, last + 1))
    sheet["looks"] = looks.areas()


def _cell_facts(cell: Any, sheet: dict[str, Any], struck: set[str]) -> None:
    """18.3.1.4: an error is text of its own type; an empty text that a formula made is a value."""
    formula, value, kind = cell.find("{*}f"), cell.find("{*}v"), cell.get("t")
    text = value.text if value is not None else None
    if kind == "e":
        sheet["cells"].append([*_at(cell), "e", text or "#"])
    if (kind == "s" and text in struck) or any(map(is_struck, cell.iterfind("{*}is/{*}r/{*}rPr"))):
        sheet["struck"].append(list(_at(cell)))
    if formula is not None:
        where = list(_at(cell))
        sheet["formulas"].append(where)
        if not text and (kind != "str" or value is None):
            sheet["uncached"].append(where)
    if len(sheet["cells"]) > MAX_CELLS or len(sheet["formulas"]) > MAX_CELLS:
        raise Unreadable("too large")


def _at(cell: Any) -> tuple[int, int]:
    """Where it stands; one that does not say so follows the one before it."""
    if told := cell.get("r"):
        return place(told)
    row = cell.getparent().get("r")
    if row is None:
        raise Unreadable("damaged")
    before = cell.getprevious()
    return int(row) - 1, _at(before)[1] + 1 if before is not None else 0


def _parsed(part: Bounded, *tags: str) -> Any:
    return etree.iterparse(
        part, tag=[f"{{*}}{t}" for t in tags], resolve_entities=False, no_network=True, load_dtd=False
    )


def place(reference: str) -> tuple[int, int]:
    """``"B3"`` → (2, 1)."""
    found = re.fullmatch(r"([A-Z]{1,3})(\d{1,7})", reference)
    if found is None:
        raise Unreadable("damaged")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]) - 1, column - 1
