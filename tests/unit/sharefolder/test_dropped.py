"""「取り消す」: what a transfer itself has made goes, now or later, and nothing else; and one that was killed
just before it was written down as done leaves no second copy."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import SuiteError
from core.events import Events
from core.jobs import Report
from sharefolder import errors, leavings, many
from sharefolder.journal import Journal, Task
from sharefolder.local import LocalStorage
from sharefolder.service import ShareService
from sharefolder.transfer import PART, IfExists
from tests.unit.sharefolder.terminal import MB, NOTHING, Here


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Here]:
    made = Here(tmp_path)
    yield made
    made.service.close()


def parts(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if PART.fullmatch(each.name)]


def test_what_is_dropped_leaves_no_part_on_the_share(here: Here) -> None:
    strange = here.disk / ".mahoroba-0123456789abcdef.part"
    strange.write_bytes(b"a colleague's, under way")
    here.cut(here.file("報告.bin", os.urandom(3 * MB)), IfExists.ASK)
    assert len(parts(here.disk)) == 2
    assert here.service.sending.drop_pending(NOTHING) == 0
    assert parts(here.disk) == [strange], "only its own"
    assert here.service.sending.pending() == []


def test_what_is_dropped_leaves_no_part_here(here: Here, tmp_path: Path) -> None:
    (here.disk / "報告.bin").write_bytes(os.urandom(3 * MB))
    (entry,) = (each for batch in here.service.entries("全庁", "") for each in batch)
    (tmp_path / "down").mkdir()
    here.cut_down(entry, tmp_path / "down")
    assert len(parts(tmp_path / "down")) == 1
    here.service.sending.drop_pending(NOTHING)
    assert list((tmp_path / "down").iterdir()) == []


def test_also_when_its_source_has_changed_or_gone_since(here: Here) -> None:
    file = here.file("報告.bin", os.urandom(3 * MB))
    here.cut(file, IfExists.ASK)
    file.unlink()
    here.service.sending.drop_pending(NOTHING)
    assert parts(here.disk) == []


def test_a_share_that_was_away_is_tidied_at_the_next_start(here: Here) -> None:
    here.cut(here.file("報告.bin", os.urandom(3 * MB)), IfExists.ASK)
    away = here.disk.rename(here.root / "away")
    assert here.service.sending.drop_pending(NOTHING) == 1
    assert here.service.sending.pending() == [], "it is not offered again"
    here.service.close()
    away.rename(here.disk)
    again = ShareService(here.root / "home", Events(), lambda: "K100234")
    assert again.sending.tidy(NOTHING) == 0
    again.close()
    assert parts(here.disk) == []


def test_or_at_the_next_sending(here: Here) -> None:
    here.cut(here.file("報告.bin", os.urandom(3 * MB)), IfExists.ASK)
    away = here.disk.rename(here.root / "away")
    here.service.sending.drop_pending(NOTHING)
    away.rename(here.disk)
    here.service.upload("全庁", "", [here.file("別.txt", b"x")], IfExists.ASK, NOTHING)
    assert parts(here.disk) == []


def test_the_same_file_sent_again_goes_on_and_is_not_disturbed(here: Here) -> None:
    """Whoever drops a cut transfer while the same one is under way anew takes nothing away from it."""
    file = here.file("報告.bin", os.urandom(3 * MB))
    here.cut(file, IfExists.ASK)

    def dropping(done: float, _total: float | None, _text: str) -> None:
        if done > 2:
            here.service.sending.drop_pending(NOTHING)

    (sent,) = here.service.upload("全庁", "", [file], IfExists.ASK, Report(dropping)).sent
    assert sent.resumed > 0
    assert here.there() == {"報告.bin": file.read_bytes()}


def test_what_could_never_be_sent_leaves_no_part(here: Here) -> None:
    file = here.file("報告.bin", os.urandom(3 * MB))
    here.cut(file, IfExists.ASK)
    file.unlink()
    here.service.sending.resume(NOTHING)
    assert parts(here.disk) == []


def test_many_small_ones_that_were_cut_leave_nothing(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [here.file(f"{number:03}.txt", b"x") for number in range(60)]
    real, moved = LocalStorage.move, []

    def move(self: LocalStorage, source: str, target: str, replace: bool = False) -> None:
        if len(moved) == 20:
            raise errors.disconnected("全庁")
        moved.append(target)
        real(self, source, target, replace)

    monkeypatch.setattr(LocalStorage, "move", move)
    with pytest.raises(SuiteError):
        here.service.upload("全庁", "", files, IfExists.ASK, NOTHING)
    monkeypatch.undo()
    assert parts(here.disk) != []
    here.service.sending.resume(NOTHING)
    assert sorted(here.there()) == [each.name for each in files]
    assert parts(here.disk) == []


def test_small_ones_beside_others_of_their_names_leave_nothing(here: Here) -> None:
    files = [here.file(f"{number:03}.txt", b"x") for number in range(60)]
    here.service.upload("全庁", "", files, IfExists.ASK, NOTHING)
    here.service.upload("全庁", "", files, IfExists.KEEP_BOTH, NOTHING)
    assert len(here.there()) == 120
    assert parts(here.disk) == []


class _Killed(BaseException):
    """The program ends here."""


def dies_before_it_is_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    def end(_self: Journal, *_numbers: int) -> None:
        raise _Killed

    monkeypatch.setattr(Journal, "end", end)
    monkeypatch.setattr(Journal, "drop", end)


@pytest.mark.parametrize("before", [b"another's", None])
@pytest.mark.parametrize("size", [3, MB])
def test_both_kept_and_killed_before_it_was_written_down_is_no_second_copy(
    here: Here, monkeypatch: pytest.MonkeyPatch, before: bytes | None, size: int
) -> None:
    files = [here.file(name, os.urandom(size)) for name in ("報告.bin", "付属.bin")]
    if before is not None:
        (here.disk / "報告.bin").write_bytes(before)
    wanted = len(here.there()) + len(files)

    dies_before_it_is_written_down(monkeypatch)
    with pytest.raises(_Killed):
        here.service.upload("全庁", "", files, IfExists.KEEP_BOTH, NOTHING)
    monkeypatch.undo()
    again = ShareService(here.root / "home", Events(), lambda: "K100234")
    assert len(again.sending.resume(NOTHING).sent) == 2
    assert again.sending.pending() == []
    again.close()
    assert len(here.there()) == wanted
    assert parts(here.disk) == []


def test_a_conflict_copy_that_was_killed_is_no_second_one(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = here.file("報告.bin", os.urandom(3 * MB))
    here.cut(file, IfExists.REPLACE)
    (here.disk / "報告.bin").write_bytes(b"a colleague's newer work")
    dies_before_it_is_written_down(monkeypatch)
    with pytest.raises(_Killed):
        here.service.sending.resume(NOTHING)
    monkeypatch.undo()
    again = ShareService(here.root / "home", Events(), lambda: "K100234")
    again.sending.resume(NOTHING)
    again.close()
    assert sorted(here.there()) == ["報告.bin", "報告（競合）.bin"]


def test_two_terminals_send_the_same_file_into_the_same_folder(tmp_path: Path) -> None:
    """A mail's attachment, saved by both, of one name and time: neither writes into the other's part."""
    one = Here(tmp_path)
    two = ShareService(tmp_path / "other", Events(), lambda: "K100999")
    two.add_place("全庁", str(one.disk))
    content = os.urandom(3 * MB)
    mine, theirs = one.file("報告.bin", content), one.file("報告.bin", content, "theirs")
    shutil.copystat(mine, theirs)
    one.cut(mine, IfExists.ASK)
    (sent,) = two.upload("全庁", "", [theirs], IfExists.ASK, NOTHING).sent
    assert sent.resumed == 0
    assert len(parts(one.disk)) == 1, "that of the first"
    one.service.sending.resume(NOTHING)
    assert one.there() == {"報告.bin": content}
    one.service.close()
    two.close()


def test_a_folder_of_parts_that_others_still_want_keeps_nothing_from_going(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path, "全庁")
    apart = tmp_path / many.folder_of_parts("mark", "")
    apart.mkdir()
    dropped, wanted = (f".mahoroba-{digit * 16}.part" for digit in "ab")
    for each in (dropped, wanted):
        (apart / each).write_bytes(b"a")
    task = Task("全庁", True, "/here/a", "", IfExists.ASK, 7, part=dropped)
    assert leavings.clear([task], "mark", lambda _place: storage, {wanted}, NOTHING) == [7]
    assert [each.name for each in apart.iterdir()] == [wanted]
