"""What an answer about the share tells is the reader's own: history of what is gone, documents that could not
be read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from sharefolder import opened
from sharefolder.documents.sandbox import Sandbox
from sharefolder.index.answering import Answering
from sharefolder.index.judge import Judges, Reader
from sharefolder.index.keeper import Keeper
from sharefolder.index.store import IndexStore
from sharefolder.index.usage import Usage
from sharefolder.index.vouching import Vouching
from sharefolder.local import LocalStorage
from sharefolder.model import Entry
from sharefolder.searching import Searching

LINE = "2026-11-25T10:00:00+09:00 fs smbd[1]: jinji|10.0.0.1|zencho|unlinkat|ok|{path}\n"


class Judged(Judges):
    """Asks no child; the reader may open what is not below 秘."""

    def may_read(self, reader: Reader, paths: Sequence[str]) -> list[bool]:
        return ["秘" not in path.split("/") for path in paths]


class Mine(LocalStorage):
    """A server that lets this reader open 財政課 alone."""

    def all_readable(self, paths: Sequence[str]) -> Sequence[bool]:
        return [path.startswith("財政課/") for path in paths]


@pytest.fixture
def index(tmp_path: Path) -> IndexStore:
    return IndexStore(tmp_path / "index" / "share.db")


def answering(root: Path, index: IndexStore) -> Answering:
    keeper = Keeper(LocalStorage(root), index)
    usage = Usage(root.parent / "usage.json")
    return Answering(index, keeper, Judged(root), cast(Vouching, None), usage, root, root.parent / "log")


def failed(index: IndexStore, paths: Sequence[str]) -> None:
    """They are in the index and could not be read."""
    entries = [Entry(path, path.rpartition("/")[2], False, 1, 1.0) for path in paths]
    index.put(entries, lambda _entry: True)
    index.read([(entry, None, "password") for entry in entries])


def test_the_history_of_what_is_gone_with_its_folder_is_told_nobody(
    tmp_path: Path, index: IndexStore
) -> None:
    root = tmp_path / "share"
    (root / "人事課" / "秘").mkdir(parents=True)
    lines = [LINE.format(path=root / path) for path in ("人事課/公開.txt", "人事課/秘/懲戒.docx")]
    (tmp_path / "log").write_text("".join(lines), "utf-8")
    service, reader = answering(root, index), Reader(1, 1, (1,))
    for _turn in range(2):  # while the closed folder is there, and when it has another name
        assert [act[3] for act in service.activity(reader, "")["acts"]] == ["人事課/公開.txt"]
        if (root / "人事課" / "秘").exists():
            os.rename(root / "人事課" / "秘", root / "人事課" / "R8")


def test_a_document_that_could_not_be_read_is_named_to_whoever_may_open_it(
    tmp_path: Path, index: IndexStore
) -> None:
    failed(index, [*(f"人事課/秘/{number}.docx" for number in range(700)), "財政課/予算.docx"])
    assert Searching(Mine(tmp_path), index, Sandbox()).unread() == [("財政課/予算.docx", "password")]
    (tmp_path / "share").mkdir()
    standing = answering(tmp_path / "share", index).standing(Reader(1, 1, (1,)))
    assert standing["unread"] == [("財政課/予算.docx", "password")]


def test_an_owner_file_of_any_size_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "~$予算.xlsx").write_bytes(b"\x04taro" + bytes(4_092))
    (tmp_path / ".~lock.予算.xlsx#").write_text("花子,host", "utf-8")
    storage = LocalStorage(tmp_path)
    assert opened.by_whom(storage, Entry("予算.xlsx", "予算.xlsx", False, 1, 1.0)) == "花子"
    (tmp_path / "~$予算.xlsx").write_bytes(b"\x04taro")
    assert opened.by_whom(storage, Entry("予算.xlsx", "予算.xlsx", False, 1, 1.0)) == "taro"
