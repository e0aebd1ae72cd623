"""運用ルール: begun, looked through for the month and the year, kept as CSV; nothing else is touched."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton

from core.clock import TOKYO
from desktop.pages.sharefolder import rules_view
from desktop.pages.sharefolder.rules_view import RulesView
from tests.ui.conftest import Office
from tests.ui.sharefolder.page import files, press, said

TITLES = "フォルダ,所有者,整理する人,保存期限,最長日数,最大GB,名前\r\n"


@pytest.fixture
def disk(office: Office, tmp_path: Path) -> Path:
    """A share with two folders; the view is open."""
    made = tmp_path / "share"
    (made / "財政課" / "決算").mkdir(parents=True)
    (made / "土木部").mkdir()
    office.services.share.add_place("全庁", str(made))
    office.signed_in()
    office.services.go("sharefolder")
    office.settle()
    press(office, "共有フォルダの画面: 運用ルール")
    return made


def table(office: Office) -> list[tuple[str, ...]]:
    model = office.view(RulesView).table.model()
    return [
        tuple(str(model.index(row, column).data()) for column in range(4)) for row in range(model.rowCount())
    ]


def test_rules_are_begun_looked_through_and_reported(
    office: Office, disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    press(office, "運用ルールのファイルを作る")
    assert (disk / "運用ルール.csv").read_bytes().decode("utf-8-sig") == TITLES
    assert [entry.name for entry in files(office).chosen_entries()] == ["運用ルール.csv"]
    today = datetime.now(TOKYO)
    soon, later = ((today + timedelta(days=days)).strftime("%Y-%m-%d") for days in (9, 99))
    rules = f"財政課/決算,財政課,財政課 庶務,{soon},,,\r\n土木部,土木部,,{later},30,,\r\n"
    (disk / "運用ルール.csv").write_text(TITLES + rules, "utf-8")
    old = disk / "土木部" / "橋.txt"
    old.write_bytes(b"x" * 2_000)
    os.utime(old, (today.timestamp() - 100 * 86_400,) * 2)
    before = sorted(disk.rglob("*"))
    press(office, "共有フォルダの画面: 運用ルール")
    assert "決まりのあるフォルダは 2 です。何も消しません。" in said(office)
    assert not office.find(QAbstractButton, "CSVで保存").isEnabled()
    press(office, "報告を作る")
    assert [(path, who, size) for path, _why, who, size in table(office)] == [
        ("財政課/決算", "財政課 庶務", ""),
        ("土木部/橋.txt", "土木部", "2.0 KB"),
    ]
    press(office, "報告の期間: 年次（期限まで1年）")
    assert table(office) == [], "what was found was of the month"
    press(office, "報告を作る")
    assert [path for path, *_rest in table(office)] == ["財政課/決算", "土木部", "土木部/橋.txt"]
    assert "知らせ 3 件" in said(office)
    monkeypatch.setattr(rules_view, "ask_save", lambda *_arguments: tmp_path / "報告.csv")
    press(office, "CSVで保存")
    assert "土木部/橋.txt" in (tmp_path / "報告.csv").read_text("utf-8-sig")
    assert sorted(disk.rglob("*")) == before, "nothing is deleted"
    view = office.view(RulesView)
    view.table.opened.emit("土木部/橋.txt")
    office.settle()
    assert files(office).folder == "土木部"
