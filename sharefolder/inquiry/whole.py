"""What about an answered workbook as a whole makes one doubt; what its template has too is no surprise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from blake3 import blake3

from core.i18n import _
from sharefolder.inquiry.model import Form


def doubts(workbook: dict[str, Any], form: Form, visible: bool) -> Iterator[str]:
    """Each in words. ``visible``: whether the sheet of the table is."""
    if workbook["macros"] and not form.macros:
        yield _("マクロが入っています。")
    if workbook["legacy"]:
        yield _("古い形式（.xls）です。隠れた行などを確かめられません。")
    elif workbook["unseen"]:
        yield _("隠れた行や数式のエラーを確かめられない形式です。")
    if workbook["date1904"] and any(c.kind == "date" for c in form.columns):
        yield _("1904年から数える日付のブックです。日付を確かめてください。")
    if form.remarks is not None and workbook["remarks"] != form.remarks:
        yield _("セルのメモか、図形・チェックボックスが、様式と違います。値には入っていません。")
    if not visible:
        yield _("シートが非表示です。")
    others = dict(form.others)
    for sheet in workbook["sheets"]:
        name = sheet["name"]
        if name not in form.sheets and sheet["cells"]:
            yield _("様式にないシート「{name}」に記入があります。").format(name=name)
        elif name in others and said(sheet) != others[name]:
            words = _("シート「{name}」も様式と違います。集めているのは「{sheet}」だけです。")
            yield words.format(name=name, sheet=form.sheet)


def said(sheet: dict[str, Any]) -> str:
    """What a person has written on a sheet, as a short mark: not what it calculates, nor how it looks."""
    formulas = {tuple(each) for each in sheet["formulas"]}
    digest = blake3()
    for row, column, _kind, text in sorted(sheet["cells"]):
        if text.strip() and (row, column) not in formulas:
            digest.update(f"{row}\0{column}\0{text.strip()}\0".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]
