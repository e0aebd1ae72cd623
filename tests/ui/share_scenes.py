"""The views of the shared folder's page on the sample share, each reached as a person reaches it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QAbstractButton

from desktop.pages.sharefolder.cases import CasesView
from desktop.pages.sharefolder.files import Files
from desktop.pages.sharefolder.inquiries import Inquiries
from desktop.pages.sharefolder.library import Library
from desktop.pages.window import Window
from sharefolder.sample import HEADINGS, NAME, move_in
from tests.ui.conftest import Office

FILE = "防災課/災害対応/避難所開設の手順.txt"


def opened(office: Office) -> Window:
    """The page on the sample share, at its top."""
    move_in(office.services.share, office.services.paths.data / "share")
    for child in (office.services.share.looks.looking, office.services.share.looks.small):
        child._timeout = 90.0  # on a machine that runs much else
    window = office.signed_in()
    office.services.go("sharefolder")
    office.settle()
    return window


def _press(office: Office, name: str) -> None:
    office.find(QAbstractButton, name).click()  # type: ignore[attr-defined]
    office.settle()


def _tab(office: Office, name: str) -> None:
    _press(office, f"共有フォルダの画面: {name}")


def _files(office: Office) -> Files:
    _tab(office, "ファイル")
    assert office.window is not None
    view = office.window.findChild(Files)
    assert isinstance(view, Files)
    return view


def _details(office: Office) -> None:
    _files(office).go(NAME, "防災課/災害対応", FILE)
    office.settle()


def _question(office: Office) -> None:
    _details(office)
    _press(office, "名前を変える")


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
    _press(office, "履歴")


def _board(office: Office) -> None:
    _tab(office, "照会")


def _answer(office: Office) -> None:
    _board(office)
    assert office.window is not None
    board = office.window.findChild(Inquiries)
    assert isinstance(board, Inquiries)
    board.table.choose("道路建設課")
    _press(office, "画面で回答する")
    office.bot.waitUntil(lambda: len(board.answer.values()) == 2 * len(HEADINGS), timeout=60_000)
    office.settle()


def _new_inquiry(office: Office) -> None:
    _board(office)
    assert office.window is not None
    board = office.window.findChild(Inquiries)
    assert isinstance(board, Inquiries)
    if board.stack.current() is board.answer:
        _press(office, "あとで続ける")
    _press(office, "照会を作る")


def _library(office: Office) -> None:
    _tab(office, "仕様書")
    assert office.window is not None
    shelf = office.window.findChild(Library)
    assert isinstance(shelf, Library)
    shelf.table.choose("仕様書ライブラリ/避難所備蓄品の購入")
    office.settle()


def _specification(office: Office) -> None:
    _library(office)
    _press(office, "情報を直す")


def _cases(office: Office) -> None:
    _tab(office, "モデルケース")
    assert office.window is not None
    cases = office.window.findChild(CasesView)
    assert isinstance(cases, CasesView)
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
