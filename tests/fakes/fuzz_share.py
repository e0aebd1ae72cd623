"""What a share and whoever may write to it send: answers of the server, notices, records, workbooks."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from core.errors import SuiteError
from tests.fakes.fuzz import Target

NAMES = (
    "share: directory answer", "share: change notices", "share: rights", "share: names of people",
    "share: POSIX list", "share: inquiry", "share: inquiry, added", "share: rules", "index: question",
    "library: record",
    "index: answer", "text and CSV", "workbook", "workbook filled in",
    "workbook in the limited child",
)  # fmt: skip


def targets(folder: Path) -> Iterator[tuple[str, Target]]:
    """By name."""
    yield from _wire()
    yield from _records(folder)
    yield from _documents(folder)


def _wire() -> Iterator[tuple[str, Target]]:
    from sharefolder import posix_acl, security, smb_listing, smb_lsa, smb_watch

    name = "報告.docx".encode("utf-16-le")
    entry = struct.pack("<IIQQQQQQII", 0, 0, 1, 2, 132_000_000_000_000_000, 4, 55, 64, 32, len(name))
    notice = struct.pack("<III", 12 + len(name), 1, len(name)) + name
    notices = notice + struct.pack("<III", 0, 2, len(name)) + name
    head = struct.pack("<BBHIIII", 1, 0, 0x8004, 20, 0, 0, 36)
    descriptor = head + bytes([1, 2, 0, 0, 0, 0, 0, 5]) + bytes(8)
    descriptor += struct.pack("<BBHHH", 2, 0, 28, 1, 0) + struct.pack("<BBHI", 0, 3, 20, 0x1F01FF)
    descriptor += bytes([1, 1, 0, 0, 0, 0, 0, 1]) + bytes(4)
    text = struct.pack("<III", 4, 0, 4) + "山本花子".encode("utf-16-le")
    looked = struct.pack("<I", 0) + struct.pack("<III", 1, 0x20000, 1)
    looked += struct.pack("<HxxHHIi", 1, 8, 8, 0x20004, -1) + text + struct.pack("<II", 1, 0)
    response = struct.pack("<BBBBIHHI", 5, 0, 2, 3, 0x10, 24 + len(looked), 0, 1) + bytes(8) + looked
    acl = struct.pack("<I", 2) + struct.pack("<HHI", 1, 6, 0xFFFFFFFF) + struct.pack("<HHI", 2, 4, 1000)

    def people(data: bytes) -> object:
        return smb_lsa._names(smb_lsa._call(lambda _asked: data, 15, b""))

    yield "share: directory answer", Target([entry + name], smb_listing.parse, (ValueError,))
    yield "share: change notices", Target([notices], smb_watch.parsed, (ValueError,))
    yield "share: rights", Target([descriptor], security.parsed, (ValueError,))
    yield "share: names of people", Target([response], people, (ValueError,))
    yield "share: POSIX list", Target([acl], posix_acl._parsed)


def _records(folder: Path) -> Iterator[tuple[str, Target]]:
    from sharefolder import rules
    from sharefolder.index import answering, remote
    from sharefolder.inquiry import changes as inquiry_changes
    from sharefolder.inquiry import model, record
    from sharefolder.library import record as library
    from sharefolder.local import LocalStorage

    root = folder / "share"
    place = root / rules.FILE
    place.parent.mkdir(parents=True)
    storage = LocalStorage(root)
    column = model.Column(0, "課名", "text")
    form = model.Form(
        "様式", 1, (column, model.Column(1, "件数", "number")), {(1, 0): "課名"}, None, ("様式",), ()
    )
    asked = model.Inquiry("照会", "x", date(2026, 12, 1), ("河川課",), "様式.xlsx", "0" * 64, form)
    titles = ",".join(rules.TITLES)
    line = "共有/様式,総務課,,R9.3.31,365,1000000,*.xlsx"
    question = {"words": "道路", "section": "", "kinds": ["表"], "year": 2026, "limit": 100}
    hit = ["a/b.txt", "b.txt", False, 3, 1.0, True, False]

    def read_rules(data: bytes) -> object:
        place.write_bytes(data)
        return rules.load(storage)

    def ask(data: bytes) -> object:
        try:
            said = json.loads(data)
        except (ValueError, RecursionError):
            return None
        return answering._wish(said) if isinstance(said, dict) else None

    def answer(data: bytes) -> object:
        return remote._hit(json.loads(data))

    yield (
        "share: inquiry",
        Target([record.written(asked)], lambda data: record.parsed(data, "x")),
    )
    added = inquiry_changes.Change(date(2026, 12, 1), "いつまで", "年内", date(2026, 12, 25))
    yield (
        "share: inquiry, added",
        Target([inquiry_changes.written(added)], inquiry_changes.parsed, (ValueError,)),
    )
    yield "share: rules", Target([f"{titles}\n{line}\n".encode()], read_rules)
    yield "index: question", Target([json.dumps(question).encode()], ask)
    kept = library.written(library.Record({"system": "税"}, frozenset({"a"}), "河川課"))
    yield "library: record", Target([kept], library.parsed, (ValueError,))
    yield (
        "index: answer",
        Target(
            [json.dumps(hit).encode()], answer, (KeyError, TypeError, ValueError, OverflowError, SuiteError)
        ),
    )


def _documents(folder: Path) -> Iterator[tuple[str, Target]]:
    from sharefolder.documents import child
    from sharefolder.documents.sandbox import Sandbox
    from sharefolder.documents.text import Unreadable, decode
    from sharefolder.inquiry import answers
    from sharefolder.inquiry.form import understand

    seeds = [_workbook(zipped=False), _workbook(zipped=True)]
    path, sandbox = folder / "answer.xlsx", Sandbox()
    form = None
    source = answers.Source("河川課", "answer.xlsx", datetime(2026, 11, 26, tzinfo=UTC), "0" * 64)

    def whole(data: bytes) -> object:
        nonlocal form
        path.write_bytes(data)
        made = child.answer(json.dumps({"verb": "cells", "path": str(path)}))
        if "failed" in made:
            return made
        if form is None:
            form = understand(made["ok"])
        understand(made["ok"])
        return answers.read_answers(made["ok"], form, source)

    def filled(data: bytes) -> object:
        path.write_bytes(data)
        cells = [[2, 1, "n", "5"], [3, 2, "d", "2026-11-25"], [4, 0, "s", "済"]]
        return child.answer(json.dumps({"verb": "fill", "path": str(path), "sheet": "様式", "cells": cells}))

    def limited(data: bytes) -> object:
        path.write_bytes(data)
        return [sandbox.ask(verb, path) for verb in ("cells", "text")]

    texts = ["名前,数\n課,1\n".encode("cp932"), "\ufeffあ".encode()]
    whole(seeds[0])
    yield "text and CSV", Target(texts, decode, (Unreadable,))
    yield "workbook", Target(seeds, whole, (SuiteError, answers.WrongForm))
    yield "workbook filled in", Target(seeds, filled)
    yield "workbook in the limited child", Target(seeds, limited, ())


def _workbook(*, zipped: bool) -> bytes:
    """An answered form; with its parts deflated, or as they are, so that a change reaches the XML."""
    import zipfile

    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("様式")
        for column, title in enumerate(("課名", "件数", "実施日", "金額（千円）")):
            sheet.write(0, column, title)
        for row in range(1, 5):
            sheet.write_row(row, 0, ("河川課", row, "R8.11.25", 1_000.5))
        sheet.write_formula(5, 1, "=SUM(B2:B5)", None, 10)
        sheet.merge_range(6, 0, 6, 3, "備考")
        sheet.set_row(3, None, None, {"hidden": True})
    if zipped:
        return out.getvalue()
    plain = io.BytesIO()
    with zipfile.ZipFile(out) as packed, zipfile.ZipFile(plain, "w", zipfile.ZIP_STORED) as stored:
        for name in packed.namelist():
            if "theme" not in name:
                stored.writestr(name, packed.read(name))
    return plain.getvalue()
