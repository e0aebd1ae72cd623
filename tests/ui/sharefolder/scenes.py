"""The views of the shared folder's page on the sample share, each reached as a person reaches it."""

from __future__ import annotations

from collections.abc import Callable

from desktop.pages.sharefolder.cases import CasesView
from desktop.pages.sharefolder.files import Files
from desktop.pages.sharefolder.inquiries import Inquiries
from desktop.pages.sharefolder.library import Library
from desktop.pages.window import Window
from sharefolder.sample import HEADINGS, NAME, TITLE, move_in
from tests.ui.conftest import Office
from tests.ui.sharefolder.page import be_patient, disk, press

FILE = "防災課/災害対応/避難所開設の手順.txt"


def opened(office: Office) -> Window:
    """The page on the sample share, at its top."""
    move_in(office.services.share, office.services.paths.data / "share")
    be_patient(office)
    window = office.signed_in()
    office.services.go("sharefolder")
    office.settle()
    return window


def _tab(office: Office, name: str) -> None:
    press(office, f"共有フォルダの画面: {name}")


def _files(office: Office) -> Files:
    _tab(office, "ファイル")
    return office.view(Files)


def _details(office: Office) -> None:
    _files(office).go(NAME, "防災課/災害対応", FILE)
    office.settle()


def _question(office: Office) -> None:
    _details(office)
    press(office, "名前を変える")


def _found(office: Office) -> None:
    view = _files(office)
    view.ask.end()
    view.finder.setText("毛布")
    office.bot.waitUntil(
        lambda: view.stack.current() is view.found and view.found.shown() > 0, timeout=60_000
    )
    office.settle()


def _history(office: Office) -> None:
    _details(office)
    press(office, "履歴")


def _board(office: Office) -> None:
    _tab(office, "照会")


def _answer(office: Office) -> None:
    _board(office)
    board = office.view(Inquiries)
    board.table.choose("道路建設課")
    press(office, "画面で回答する")
    office.bot.waitUntil(lambda: len(board.answer.values()) == 2 * len(HEADINGS), timeout=60_000)
    office.settle()


def _new_inquiry(office: Office) -> None:
    _board(office)
    board = office.view(Inquiries)
    if board.stack.current() is board.answer:
        press(office, "あとで続ける")
    press(office, "照会を作る")
    board.new.use(disk(office) / "照会" / TITLE / "様式" / "備蓄品調査.xlsx")
    office.settle()


def _library(office: Office) -> None:
    _tab(office, "仕様書")
    shelf = office.view(Library)
    shelf.table.choose("仕様書ライブラリ/避難所備蓄品の購入")
    office.settle()


def _specification(office: Office) -> None:
    _library(office)
    press(office, "情報を直す")


def _cases(office: Office) -> None:
    _tab(office, "モデルケース")
    cases = office.view(CasesView)
    cases.table.choose("モデルケース/災害対応")
    office.settle()


SCENES: dict[str, Callable[[Office], None]] = {
    "a file": _details,
    "a question": _question,
    "found": _found,
    "history": _history,
    "board": _board,
    "answer": _answer,
    "new inquiry": _new_inquiry,
    "library": _library,
    "specification": _specification,
    "cases": _cases,
}
"""Each from wherever the one before has left the page."""
