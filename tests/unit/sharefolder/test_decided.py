"""A person decides about what was there then: whatever comes to lie there later is another's, and stays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.db import open_database, transaction
from core.errors import SuiteError
from sharefolder.errors import Taken
from sharefolder.journal import STEPS, Journal, Task
from sharefolder.transfer import IfExists
from tests.unit.sharefolder.terminal import MB, NOTHING, Here


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Here]:
    made = Here(tmp_path)
    yield made
    made.service.close()


@pytest.mark.parametrize("before", [b"old", None])
def test_going_on_never_takes_a_colleagues_newer_work(here: Here, before: bytes | None) -> None:
    file = here.file("報告.bin", os.urandom(3 * MB))
    if before is not None:
        (here.disk / "報告.bin").write_bytes(before)
        os.utime(here.disk / "報告.bin", (1e9, 1e9))
    here.cut(file, IfExists.REPLACE)
    (here.disk / "報告.bin").write_bytes(b"a colleague's newer work")
    (sent,) = here.service.sending.resume(NOTHING).sent
    assert (sent.path, sent.beside) == ("報告（競合）.bin", True)
    assert here.there() == {"報告.bin": b"a colleague's newer work", "報告（競合）.bin": file.read_bytes()}


def test_going_on_replaces_what_is_still_as_it_was(here: Here) -> None:
    file = here.file("報告.bin", os.urandom(3 * MB))
    (here.disk / "報告.bin").write_bytes(b"old")
    here.cut(file, IfExists.REPLACE)
    (sent,) = here.service.sending.resume(NOTHING).sent
    assert sent.resumed > 0
    assert here.there() == {"報告.bin": file.read_bytes()}


@pytest.mark.parametrize("if_exists", [IfExists.ASK, IfExists.REPLACE])
@pytest.mark.parametrize("before", [b"old", None])
def test_what_had_arrived_when_it_was_killed_is_not_sent_beside_itself(
    here: Here, if_exists: IfExists, before: bytes | None
) -> None:
    """It had its name, and the journal was not yet told."""
    file = here.file("報告.bin", os.urandom(3 * MB))
    seen = None
    if before is not None:
        (here.disk / "報告.bin").write_bytes(before)
        seen = 1e9
        os.utime(here.disk / "報告.bin", (seen, seen))
    here.service.upload("全庁", "", [file], IfExists.REPLACE, NOTHING)
    Journal(here.root / "home" / "share.db", lambda: "K100234").begin(
        [Task("全庁", True, str(file), "", if_exists, seen=seen)]
    )
    batch = here.service.sending.resume(NOTHING)
    assert [(sent.path, sent.beside, sent.resumed) for sent in batch.sent] == [("報告.bin", False, 3 * MB)]
    assert batch.refused == ()
    assert here.there() == {"報告.bin": file.read_bytes()}
    assert here.service.sending.pending() == []


def test_what_comes_between_the_question_and_the_answer_stays(here: Here) -> None:
    (here.disk / "報告.txt").write_bytes(b"old")
    os.utime(here.disk / "報告.txt", (1e9, 1e9))
    file = here.file("報告.txt", b"mine")
    with pytest.raises(Taken) as asked:
        here.service.check_free("全庁", "", [file])
    (here.disk / "報告.txt").write_bytes(b"theirs")
    seen = asked.value.seen
    (sent,) = here.service.upload("全庁", "", [file], IfExists.REPLACE, NOTHING, seen=seen).sent
    assert sent.beside
    assert here.there() == {"報告.txt": b"theirs", "報告（競合）.txt": b"mine"}


@pytest.mark.parametrize("size", [3, 100_000])
def test_two_of_one_name_from_different_folders_both_arrive(here: Here, size: int) -> None:
    (here.disk / "報告.txt").write_bytes(b"old")
    files = [here.file("報告.txt", each * size, each.decode()) for each in (b"x", b"y")]
    batch = here.service.upload("全庁", "", files, IfExists.REPLACE, NOTHING)
    assert sorted(sent.path for sent in batch.sent) == ["報告 (2).txt", "報告.txt"]
    assert sorted(here.there().values()) == [b"x" * size, b"y" * size]


def test_two_of_one_name_are_asked_about_before_anything_is_sent(here: Here) -> None:
    files = [here.file("報告.txt", each, each.decode()) for each in (b"x", b"y")]
    with pytest.raises(SuiteError) as asked:
        here.service.check_free("全庁", "", files)
    assert asked.value.code == "SHARE-005"
    with pytest.raises(SuiteError):
        here.service.upload("全庁", "", files, IfExists.ASK, NOTHING)
    assert here.there() == {}
    assert here.service.sending.pending() == []


def test_a_task_of_an_older_suite_is_read_and_replaces_nothing_it_does_not_know(here: Here) -> None:
    """Its row does not tell what was there: what is there now stays."""
    file = here.file("報告.txt", b"mine")
    database = open_database(here.root / "home" / "share.db", STEPS[:3])
    row = ("全庁", 1, str(file), "", "replace", "K100234")
    with transaction(database):
        database.conn.execute(
            "INSERT INTO tasks (place, up, here, there, if_exists, owner) VALUES (?, ?, ?, ?, ?, ?)", row
        )
    database.close()
    (here.disk / "報告.txt").write_bytes(b"theirs")
    assert [task.seen for task in here.service.sending.pending()] == [None]
    assert here.service.sending.resume(NOTHING).sent[0].beside
    assert here.there() == {"報告.txt": b"theirs", "報告（競合）.txt": b"mine"}
