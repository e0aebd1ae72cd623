"""What cannot be sent, saved or copied is named; folders are copied with what is in them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from sharefolder import errors
from sharefolder.local import LocalStorage
from sharefolder.model import Entry
from sharefolder.sample import NAME
from tests.ui.conftest import Office
from tests.ui.sharefolder.page import by_keys, disk, files, press, said


def close_folders_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for somebody without the right: the tests run as root, whom no mode keeps out."""
    real = LocalStorage.list

    def listed(self: LocalStorage, folder: str) -> Iterator[Sequence[Entry]]:
        if folder.endswith(name):
            raise errors.no_right(name)
        return real(self, folder)

    monkeypatch.setattr(LocalStorage, "list", listed)


def act(office: Office, keys: str) -> None:
    by_keys(files(office), keys)
    office.settle()


def test_a_folder_is_copied_and_what_could_not_be_is_named(
    sample: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = files(sample)
    (disk(sample) / "防災課" / "災害対応" / "通行止").mkdir()
    view.go(NAME, "防災課", "防災課/災害対応")
    sample.settle()
    close_folders_named("通行止", monkeypatch)
    act(sample, "Ctrl+C")
    view.go(NAME, "全庁")
    sample.settle()
    act(sample, "Ctrl+V")
    copied = disk(sample) / "全庁" / "災害対応"
    assert (copied / "避難所開設の手順.txt").read_bytes() == (
        disk(sample) / "防災課" / "災害対応" / "避難所開設の手順.txt"
    ).read_bytes()
    assert "1 件は写せませんでした。" in said(sample)
    assert "防災課/災害対応/通行止" in said(sample)


def test_a_part_of_a_folder_that_could_not_be_saved_is_named(
    sample: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = files(sample)
    (tmp_path / "d").mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_a: str(tmp_path / "d"))
    (disk(sample) / "防災課" / "通行止").mkdir()
    view.go(NAME, "", "防災課")
    sample.settle()
    close_folders_named("通行止", monkeypatch)
    view._sends.save()
    sample.settle()
    assert "「通行止」は保存できませんでした。" in said(sample)
    assert (tmp_path / "d" / "防災課" / "災害対応" / "避難所開設の手順.txt").exists()


def test_what_vanished_or_is_no_file_is_named_when_sent(sample: Office, tmp_path: Path) -> None:
    view = files(sample)
    view.go(NAME, "全庁")
    sample.settle()
    os.mkfifo(tmp_path / "管")
    (tmp_path / "a.txt").write_text("a")
    view.send_files([tmp_path / "消えた.txt", tmp_path / "管", tmp_path / "a.txt"])
    sample.settle()
    assert (disk(sample) / "全庁" / "a.txt").exists()
    assert "2 件は送りませんでした。" in said(sample)
    assert "消えた.txt: 見つかりません。" in said(sample)
    assert "管: ファイルでもフォルダでもありません。" in said(sample)


@pytest.mark.long
def test_a_folder_in_the_place_of_a_file_is_said_so(sample: Office, tmp_path: Path) -> None:
    view = files(sample)
    view.go(NAME, "全庁")
    sample.settle()
    (disk(sample) / "全庁" / "資料").write_text("x")
    (tmp_path / "資料").mkdir()
    (tmp_path / "資料" / "a.txt").write_text("a")
    view.send_files([tmp_path / "資料"])
    sample.settle()
    assert "フォルダ「資料」を送れません。" in said(sample)
    assert (disk(sample) / "全庁" / "資料").read_text() == "x"


def test_a_bad_name_is_sent_under_the_one_proposed_for_it(sample: Office, tmp_path: Path) -> None:
    view = files(sample)
    view.go(NAME, "全庁")
    sample.settle()
    (tmp_path / "aux.txt").write_text("a")
    (tmp_path / "b?").mkdir()
    (tmp_path / "b?" / "c.txt").write_text("c")
    view.send_files([tmp_path / "aux.txt", tmp_path / "b?"])
    sample.settle()
    assert "名前を直せば送れます: " in said(sample)
    assert "aux.txt → _aux.txt" in said(sample)
    press(sample, "この名前で送る")
    assert (disk(sample) / "全庁" / "_aux.txt").read_text() == "a"
    assert (disk(sample) / "全庁" / "b？" / "c.txt").read_text() == "c"
    assert sample.services.share.sending.pending() == []
