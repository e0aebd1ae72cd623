"""The shared folder, on the sample office's and once on a real file server that keeps versions."""

from __future__ import annotations

import os
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QAbstractItemView

from core.clock import TOKYO
from core.jobs import Report
from desktop.pages.sharefolder.files import Files
from desktop.pages.sharefolder.inquiries import Inquiries
from desktop.pages.sharefolder.new_inquiry import NewInquiry
from desktop.ui.widgets.table import Table
from sharefolder.rules import FILE, TITLES
from sharefolder.sample import NAME
from sharefolder.transfer import IfExists
from tests.fakes.samba import PASSWORD, running
from tests.fakes.sheets import book
from tests.gallery.hands import Hands, wait
from tests.gallery.scene import Scene, press, sample

KEPT = (
    (9, "毛布 900 枚（倉庫B）\n水 2リットル × 2,400 本\n発電機 8 台\n"),
    (16, "毛布 1,000 枚（倉庫B）\n水 2リットル × 3,600 本\n発電機 8 台\n"),
    (23, "毛布 1,200 枚（倉庫B）\n水 2リットル × 3,600 本\n発電機 10 台\n"),
)
"""Days of November 2026 of which the file server has kept a version, and what stood there."""

DELETED = ("防災課/災害対応/令和8年7月豪雨 時系列.csv", "全庁/文書の書き方.txt")


def _file(hands: Hands) -> None:
    hands.view(Files).go(NAME, "防災課/災害対応", "防災課/災害対応/避難所開設の手順.txt")
    hands.answered()


def _search(hands: Hands) -> None:
    view = hands.view(Files)
    view.finder.setText("毛布")
    wait(lambda: view.found.isVisible() and view.found.shown() > 0)  # the index may still be made


def _form(hands: Hands) -> None:
    """A form with two rows of headings, rows that are named, a total and a note, behind an example."""
    cells: dict[tuple[int, int], object] = {(0, 0): "公共施設の利用状況に関する照会", (1, 0): "担当者"}
    cells |= {(3, 0): "施設名", (3, 1): "利用者数", (3, 3): "再開の予定日", (4, 1): "大人", (4, 2): "子ども"}
    cells |= {(5 + row, 0): name for row, name in enumerate(("中央公民館", "北公民館", "県民体育館"))}
    cells |= {(8, 0): "合計", (8, 1): ("=SUM(B6:B8)", 0), (8, 2): ("=SUM(C6:C8)", 0)}
    cells[9, 0] = "※休館中の施設は備考に書いてください。"
    folder = Path(hands.stays.enter_context(tempfile.TemporaryDirectory(prefix="mahoroba-form-")))

    def example(made: Any, _sheet: Any) -> None:
        made.add_worksheet("記入例").write(0, 0, "中央公民館は 1,200 人")

    hands.press("照会を作る")
    hands.view(NewInquiry).use(book(folder / "公共施設の利用状況.xlsx", cells, example))
    hands.settle()
    hands.scroll(10_000)


def _questions(hands: Hands) -> None:
    """One that is answered, one that waits."""
    hands.press("やめる")
    hands.answered()
    office = hands.services.share.office(NAME)
    inquiry = hands.view(Inquiries).inquiry()
    assert inquiry is not None
    said = "仮設の避難所の備蓄も含みますか。"
    for section, text in (("財政課", said), ("税務課", "期限の切れた水はどう数えますか。")):
        office.ask(inquiry, section, text)
        if text == said:
            (question,) = office.waiting(inquiry)
            office.answer_question(inquiry, said, "含みます。", key=question.key)
    hands.view(Inquiries).read()
    hands.settle()
    hands.press("質問に答える")
    hands.settle()


def _answer(hands: Hands) -> None:
    """Without the questions, whose answer would come to the day of the guide's person."""
    for each in (hands.services.paths.data / "share" / "sample" / "照会").rglob("*-00000?-*.json"):
        each.unlink()
    hands.visible(Table).selectRow(0)
    hands.press("画面で回答する")
    hands.answered()


def _case(hands: Hands) -> None:
    hands.press("モデルケース")
    hands.answered()
    lists = (each for each in hands.window.findChildren(QAbstractItemView) if each.isVisible())
    each = next(each for each in lists if each.model() and each.model().rowCount())
    each.setCurrentIndex(each.model().index(0, 0))
    hands.settle()


def _rules(hands: Hands) -> None:
    """Of sections that the guide's person is not in: nothing of it comes to their day."""
    soon, over = (datetime.now(TOKYO).date() + timedelta(days=days) for days in (14, -25))
    rows = (f"全庁,文書課,文書課 庶務,{soon},,,年月日_*", f"道路建設課,道路建設課,,{over},,,")
    text = "\r\n".join((",".join(TITLES), *rows, ""))
    (hands.services.paths.data / "share" / "sample" / FILE).write_text(text, "utf-8")
    hands.press("運用ルール")
    hands.answered()
    hands.press("報告を作る")
    hands.answered()


def _bin(hands: Hands) -> None:
    """Of the whole share, some time after two things were deleted: their notices are gone."""
    hands.press("ファイル")
    view = hands.view(Files)
    for path in DELETED:
        view.go(NAME, path.rpartition("/")[0], path)
        hands.answered()
        view.trash()
        hands.answered()
    view.go(NAME, "")
    hands.answered()
    view.show_bin()
    hands.answered()
    hands.window.ring.rest()


def _history(hands: Hands) -> None:
    """On the tests' Samba, ended with the guide."""
    place, name = "本庁ファイルサーバー", "避難所の備蓄.txt"
    server, share = hands.stays.enter_context(running()), hands.services.share
    for day, words in KEPT:
        kept = server.export / ".snapshots" / f"@GMT-2026.11.{day:02}-09.00.00" / "防災課" / name
        kept.parent.mkdir(parents=True)
        kept.write_text(words, "utf-8")
        os.utime(kept, (datetime(2026, 11, day, 14, 40, tzinfo=TOKYO).timestamp(),) * 2)
    (server.export / "防災課").mkdir()
    share.add_place(place, f"smb://127.0.0.1:{server.port}/versions", "root", PASSWORD)
    source = server.export.parent / name
    source.write_text("毛布 1,200 枚（倉庫B）\n水 2リットル × 4,800 本\n発電機 14 台\n", "utf-8")
    share.upload(place, "防災課", [source], IfExists.REPLACE, Report(lambda *_said: None))
    hands.go("sharefolder", "ファイル")
    view = hands.view(Files)
    view.show_places()
    view.go(place, "防災課", f"防災課/{name}")
    hands.answered()
    hands.press("履歴")
    hands.answered()


SCENES = (
    Scene("sharefolder", sample("sharefolder"), everywhere=True, slow=True),
    Scene("share-files", _file, slow=True),
    Scene("share-search", _search, slow=True),
    Scene("share-inquiry", press("照会"), slow=True),
    Scene("share-form", _form, slow=True),
    Scene("share-questions", _questions, slow=True),
    Scene("share-answer", _answer, slow=True),
    Scene("share-library", press("仕様書"), slow=True),
    Scene("share-cases", _case, slow=True),
    Scene("share-rules", _rules, slow=True),
    Scene("share-bin", _bin, slow=True),
)
HISTORY = Scene("share-history", _history, slow=True)
