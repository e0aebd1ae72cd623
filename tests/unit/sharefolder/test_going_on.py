"""「続ける」: what may pass later stays to be gone on with, and nothing is sent twice."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.errors import SuiteError
from core.jobs import Report
from sharefolder import errors
from sharefolder.local import LocalStorage
from sharefolder.transfer import IfExists
from tests.unit.sharefolder.terminal import MB, NOTHING, Here


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Here]:
    made = Here(tmp_path)
    yield made
    made.service.close()


@pytest.fixture
def refuses(monkeypatch: pytest.MonkeyPatch) -> dict[str, SuiteError]:
    """Root of a share → why it takes nothing just now."""
    why: dict[str, SuiteError] = {}
    real = LocalStorage.append

    def append(self: LocalStorage, path: str, offset: int):  # type: ignore[no-untyped-def]
        if str(self.on_disk("")) in why:
            raise why[str(self.on_disk(""))]
        return real(self, path, offset)

    monkeypatch.setattr(LocalStorage, "append", append)
    return why


@pytest.mark.parametrize("error", [errors.full, errors.sign_in_refused, errors.no_right])
def test_what_may_pass_stays_until_it_has(
    here: Here, refuses: dict[str, SuiteError], error: Callable[[str], SuiteError]
) -> None:
    sending, file = here.service.sending, here.file("報告.bin", os.urandom(MB))
    refuses[str(here.disk)] = error("全庁")
    code = error("全庁").code
    with pytest.raises(SuiteError) as said:
        here.service.upload("全庁", "", [file], IfExists.ASK, NOTHING)
    assert said.value.code == code
    for _press in range(2):
        assert len(sending.pending()) == 1
        if code == "SHARE-003":
            assert [name for name, _why in sending.resume(NOTHING).refused] == [file.name]
        else:
            with pytest.raises(SuiteError) as said:
                sending.resume(NOTHING)
            assert said.value.code == code
    refuses.clear()
    assert [sent.path for sent in sending.resume(NOTHING).sent] == ["報告.bin"]
    assert sending.pending() == []


def test_a_place_that_is_away_does_not_keep_another_waiting(
    here: Here, refuses: dict[str, SuiteError], tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    here.service.add_place("別", str(other))
    for place, disk in (("全庁", here.disk), ("別", other)):
        refuses[str(disk)] = errors.full(place)
        with pytest.raises(SuiteError):
            here.service.upload(place, "", [here.file("a.bin", bytes(MB))], IfExists.ASK, NOTHING)
    del refuses[str(other)]
    batch = here.service.sending.resume(NOTHING)
    assert [name for name, _why in batch.refused] == ["a.bin"]
    assert (other / "a.bin").stat().st_size == MB
    assert [task.place for task in here.service.sending.pending()] == ["全庁"]


def test_what_can_never_be_sent_is_told_once(here: Here) -> None:
    file = here.file("報告.bin", os.urandom(3 * MB))
    here.cut(file, IfExists.ASK)
    file.unlink()
    assert [name for name, _why in here.service.sending.resume(NOTHING).refused] == ["報告.bin"]
    assert here.service.sending.pending() == []


def test_what_is_under_way_is_not_offered_nor_sent_a_second_time(here: Here) -> None:
    seen = []

    def step(_done: float, _total: float | None, _text: str) -> None:
        seen.append((here.service.sending.pending(), here.service.sending.resume(NOTHING).sent))

    here.service.upload("全庁", "", [here.file("報告.bin", bytes(3 * MB))], IfExists.ASK, Report(step))
    assert seen
    assert set(map(repr, seen)) == {repr(([], ()))}


def test_what_may_not_be_read_is_no_transfer_to_go_on_with(
    here: Here, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (here.disk / "秘.txt").write_text("x")
    (entry,) = (e for batch in here.service.entries("全庁", "") for e in batch)

    def read(_self: LocalStorage, _path: str, _offset: int = 0) -> Iterator[bytes]:
        raise errors.no_right("秘.txt")

    monkeypatch.setattr(LocalStorage, "read", read)
    (tmp_path / "down").mkdir()
    with pytest.raises(SuiteError):
        here.service.download("全庁", [entry], tmp_path / "down", IfExists.ASK, NOTHING)
    assert here.service.sending.pending() == []
