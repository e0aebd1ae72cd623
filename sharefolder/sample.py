"""The trial's share: made once through the real service, in the trial's own home. Nothing real is touched."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import xlsxwriter

from core.clock import TOKYO
from core.errors import SuiteError
from core.jobs import Report
from sharefolder.cases import PLACE
from sharefolder.inquiry.form import with_kinds
from sharefolder.inquiry.model import Inquiry
from sharefolder.service import ShareService
from sharefolder.transfer import IfExists

NAME = "全庁共有"
SECTIONS = (
    "財政課",
    "税務課",
    "道路建設課",
    "健康政策課",
    "農業振興課",
    "教育総務課",
    "防災課",
    "文化振興課",
    "情報政策課",
)
"""The last is the trial's own person's: what was sent to it waits on the page today."""
TEXTS = {
    "防災課/災害対応/避難所開設の手順.txt": (
        "避難所を開設するときは、施設管理者に連絡し、受付簿を用意する。\n毛布は倉庫Bにあります。"
    ),
    "防災課/災害対応/令和8年7月豪雨 時系列.csv": (
        "日時,内容\nR8.7.12 06:10,大雨警報\nR8.7.12 08:40,避難所を3か所開設"
    ),
    "道路建設課/橋りょう点検/令和8年度 点検計画.txt": (
        "県管理の橋りょう 412 橋のうち、本年度は 83 橋を点検する。\n緊急度の高い橋から順に行う。"
    ),
    "道路建設課/通行止め情報.txt": "国道と県道の通行止めの情報は、毎朝8時に更新します。",
    "税務課/県税の窓口.txt": "自動車税の納付書の再発行は、県税事務所の窓口で受け付けます。",
    "全庁/電話帳（令和8年11月）.csv": "所属,内線\n財政課,2101\n税務課,2203\n道路建設課,3305\n防災課,4102",
    "全庁/文書の書き方.txt": "起案は結論から書きます。１文は短く。",
}


def move_in(service: ShareService, home: Path) -> None:
    """Make the sample share if it has never been made: one that a person has taken off stays off."""
    root = home / "sample"
    if root.exists() or any(place.name == NAME for place in service.places()):
        return
    root.mkdir(parents=True, exist_ok=True)
    service.add_place(NAME, str(root))
    quiet = Report(lambda _done, _total, _text: None)
    with tempfile.TemporaryDirectory(prefix="mahoroba-sample-") as folder:
        for path, text in TEXTS.items():
            _send(service, Path(folder), path, text.encode("utf-8-sig"), quiet)
        for section in SECTIONS:
            book = Path(folder) / f"予算要求書（{section}）.xlsx"
            _budget(book, section)
            _folder(service, section)
            service.upload(NAME, section, [book], IfExists.REPLACE, quiet)
        _inquiry(service, Path(folder), root, quiet)
        _library(service, Path(folder), quiet)
        _cases(service, Path(folder), quiet)
    service.index_again(NAME, quiet)


def _send(service: ShareService, folder: Path, path: str, content: bytes, report: Report) -> None:
    parent, _slash, name = path.rpartition("/")
    _folder(service, parent)
    (folder / name).write_bytes(content)
    service.upload(NAME, parent, [folder / name], IfExists.REPLACE, report)


def _folder(service: ShareService, path: str) -> None:
    made = ""
    for part in path.split("/"):
        try:
            service.changes.make_folder(NAME, made, part)
        except SuiteError as error:
            if error.code != "SHARE-005":
                raise
        made = f"{made}/{part}" if made else part


def _budget(path: Path, section: str) -> None:
    rows = (
        ("事業名", "前年度（千円）", "要求額（千円）"),
        (f"{section}の運営", 12_400, 12_900),
        ("研修", 820, 760),
    )
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("要求")
        for row, cells in enumerate(rows):
            sheet.write_row(row, 0, cells)


TITLE = "災害時の備蓄品に関する照会"
HEADINGS = ("品名", "数量", "保管場所", "更新日", "備考")


def _inquiry(service: ShareService, folder: Path, root: Path, report: Report) -> Inquiry:
    template = folder / "備蓄品調査.xlsx"
    _sheet(template, ())
    office = service.office(NAME)
    form = with_kinds(office.understand(template), {1: "number", 3: "date"}, {0})
    today = datetime.now(TOKYO).date()
    due = today + timedelta(days=7)
    inquiry = office.create(
        TITLE, template, form, list(SECTIONS), due, report, "在庫が無い場合も回答してください。"
    )
    day = today - timedelta(days=40)
    answers: dict[str, Sequence[Sequence[object]]] = {
        "財政課": (("飲料水", 240, "地下倉庫", day), ("毛布", 60, "地下倉庫", day)),
        "税務課": (("飲料水", 96, "3階書庫", day),),
        "道路建設課": (("土のう", 1200, "資材置場", day), ("カラーコーン", "１２０", "資材置場", "R8.9.1")),
        "防災課": (("発電機", 14, "防災倉庫", day), ("簡易トイレ", "約500", "防災倉庫", day)),
        "健康政策課": (("マスク", 20_000, "保健所", day),),
    }
    for section, rows in answers.items():
        _sheet(root / inquiry.answer_folder(section) / template.name, rows)
    return inquiry


SPECIFICATIONS = (
    ("道路台帳システムの保守業務", "道路台帳システム", "2026", "道路建設課", "システム保守", 3),
    ("避難所備蓄品の購入", "", "2026", "防災課", "物品購入", 1),
    ("県税通知書の印刷・封入", "税務システム", "2025", "税務課", "印刷", 0),
)
SPECIFIED = """{title} 仕様書

1 目的　{title}を、県の定める基準により確実に行う。
2 期間　契約の日から年度の末日まで。
3 成果物　報告書1部。個人情報を扱う場合は、別記の特記事項を守ること。
"""


def _library(service: ShareService, folder: Path, report: Report) -> None:
    shelf = service.library(NAME)
    for title, system, year, department, kind, uses in SPECIFICATIONS:
        file = folder / f"{title} 仕様書.txt"
        file.write_text(SPECIFIED.format(title=title), "utf-8-sig")
        values = {"system": system, "year": year, "department": department, "kind": kind}
        said = {field: value for field, value in values.items() if value}
        made = shelf.put(title, said, partial(service.beginnings.bring, NAME, file, report), department)
        for _use in range(uses):
            shelf.count(made.documents[0], "財政課")


CASE = {
    "災害対応/説明.txt": "災害が起きたときに、書類をそろえる形です。年月日と災害の名前で作ってください。",
    "災害対応/運用ルール.csv": (
        "フォルダ,所有者,整理する人,保存期限,最長日数,最大GB,名前\r\n,,,10年,,,\r\n現場写真,,,,,20,年月日_*"
    ),
    "災害対応/01 時系列/時系列（様式）.csv": "日時,内容,記入した人",
    "災害対応/02 避難所/開設・閉鎖の記録（様式）.csv": "避難所,開設,閉鎖,最大人数",
    "災害対応/現場写真/撮り方.txt": "場所が分かるように、遠景と近景を1枚ずつ撮ってください。",
    "業務委託/説明.txt": "入札から検査までの書類をそろえる形です。",
    "業務委託/01 起案/仕様書の確かめ.txt": "個人情報の特記事項、再委託、検査の方法が書いてあるか。",
    "業務委託/02 契約/契約の確かめ.txt": "契約書、内訳書、着手届がそろっているか。",
    "業務委託/03 検査/検査の確かめ.txt": "成果物、検査調書、請求書がそろっているか。",
}


def _cases(service: ShareService, folder: Path, report: Report) -> None:
    for path, text in CASE.items():
        _send(service, folder, f"{PLACE}/{path}", text.encode("utf-8-sig"), report)


def _sheet(path: Path, rows: Sequence[Sequence[object]]) -> None:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy/mm/dd"}) as book:
        title: Any = book.add_format({"bold": True, "font_size": 14})
        head: Any = book.add_format({"bold": True, "bg_color": "#d9e6ff", "border": 1})
        sheet = book.add_worksheet("回答")
        sheet.set_column(0, 4, 18)
        sheet.write(0, 0, TITLE, title)
        for column, heading in enumerate(HEADINGS):
            sheet.write(2, column, heading, head)
        for number, row in enumerate(rows, 3):
            for column, value in enumerate(row):
                sheet.write(number, column, value)
