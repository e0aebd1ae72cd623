"""The share's other views with nothing to show: each says what, why and what next where one looks."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton

from desktop.pages.sharefolder.of_share import OfShare
from sharefolder import errors
from sharefolder.local import LocalStorage
from tests.ui.conftest import Office
from tests.ui.sharefolder.page import files, press, said

VIEWS = {"照会": "照会", "仕様書": "仕様書ライブラリ", "モデルケース": "モデルケース"}
"""A view, and the folder at the top of the share that it is about."""
EMPTY = {
    "照会": "照会はまだありません。",
    "仕様書": "ライブラリにはまだ仕様書がありません。",
    "モデルケース": "モデルケースはまだありません。",
}


@pytest.fixture
def disk(office: Office, tmp_path: Path) -> Path:
    """An empty share; the page is open."""
    made = tmp_path / "share"
    made.mkdir()
    office.services.share.add_place("全庁", str(made))
    office.signed_in()
    office.services.go("sharefolder")
    office.settle()
    return made


def tab(office: Office, name: str) -> OfShare:
    press(office, f"共有フォルダの画面: {name}")
    assert office.window is not None
    (view,) = (each for each in office.window.findChildren(OfShare) if each.isVisible())
    return view


def actions(view: OfShare) -> list[str]:
    return [b.text() for b in view.findChildren(QAbstractButton) if b.isVisible() and b.text()]


def test_a_place_that_has_gone_says_so_in_every_view_and_is_read_again(office: Office, disk: Path) -> None:
    away = disk.rename(disk.with_name("away"))
    for name in VIEWS:
        view = tab(office, name)
        assert "SHARE-001" in said(office), name
        assert actions(view) == ["もう一度読む"], "no button that can do nothing now"
        away.rename(disk)
        press(office, "もう一度読む")
        assert EMPTY[name] in said(office)
        assert "SHARE-001" not in said(office)
        disk.rename(away)


@pytest.mark.long
def test_no_right_to_a_views_folder_is_told_in_place(
    office: Office, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_all = LocalStorage.list

    def refusing(storage: LocalStorage, folder: str):  # type: ignore[no-untyped-def]
        if folder in VIEWS.values():
            raise errors.no_right(folder)
        return of_all(storage, folder)

    monkeypatch.setattr(LocalStorage, "list", refusing)
    for name, folder in VIEWS.items():
        (disk / folder).mkdir()
        view = tab(office, name)
        assert "SHARE-003" in said(office), name
        assert "権利" in said(office)
        assert actions(view) == ["もう一度読む"]


@pytest.mark.long
def test_what_is_there_stays_when_the_place_goes(office: Office, disk: Path) -> None:
    view = tab(office, "照会")
    disk.rename(disk.with_name("away"))
    view.read()
    office.settle()
    assert view.stack.current() not in view.apart
    assert "SHARE-001" in {each.code for each in office.services.notices.history}


@pytest.mark.long
def test_a_slow_share_is_told_to_be_read(office: Office, disk: Path) -> None:
    view = tab(office, "モデルケース")
    view._known = ""
    view._patience.timeout.emit()
    assert "読んでいます…" in said(office)
    view.read()
    office.settle()
    assert EMPTY["モデルケース"] in said(office)


@pytest.mark.long
def test_without_any_share_each_view_says_where_to_add_one(office: Office) -> None:
    office.signed_in()
    office.services.go("sharefolder")
    office.settle()
    for name in VIEWS:
        view = tab(office, name)
        assert view.stack.current() is view.nowhere
        assert actions(view) == ["場所を追加"]
    press(office, "場所を追加")
    assert "共有の場所（smb://サーバ/共有 またはフォルダ）" in said(office), (
        "asked in the files, which are shown"
    )


def test_where_there_is_no_model_case_their_place_is_one_press_away(office: Office, disk: Path) -> None:
    tab(office, "モデルケース")
    press(office, "置き場所を用意する")
    assert (disk / "モデルケース").is_dir()
    assert files(office).isVisible()
    assert files(office).folder == "モデルケース"
