from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from blake3 import blake3

from core.errors import SuiteError
from core.jobs import Cancelled, Job, JobRunner, Report, Status
from sharefolder import plans, transfer
from sharefolder.local import LocalStorage
from sharefolder.model import Entry
from sharefolder.transfer import IfExists

MB = 1 << 20


def report() -> Report:
    return Report(lambda _done, _total, _text: None)


def stops_after(steps: int) -> Report:
    """A person who presses 中止 after so many chunks."""
    left = [steps]

    def step(_done: float, _total: float | None, _text: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Cancelled

    return Report(step)


@pytest.fixture
def share(tmp_path: Path) -> LocalStorage:
    (tmp_path / "share").mkdir()
    return LocalStorage(tmp_path / "share")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "図面.bin"
    made.write_bytes(os.urandom(6 * MB + 11))
    return made


def on(share: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in share.iterdir()}


def test_up_and_down_again_is_the_same(share: LocalStorage, file: Path, tmp_path: Path) -> None:
    sent = transfer.upload(file, share, "", report())
    assert sent.digest == blake3(file.read_bytes()).hexdigest()
    (tmp_path / "home").mkdir()
    got = transfer.download(share, sent.path, tmp_path / "home", report())
    assert (tmp_path / "home" / got.path).read_bytes() == file.read_bytes()
    assert got.digest == sent.digest


def test_what_was_cancelled_goes_on_where_it_stopped(share: LocalStorage, file: Path, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        transfer.upload(file, share, "", stops_after(3))
    assert [transfer.PART.fullmatch(name) is not None for name in on(tmp_path / "share")] == [True]
    sent = transfer.upload(file, share, "", report())
    assert sent.resumed >= 3 * MB
    assert on(tmp_path / "share") == {"図面.bin": file.read_bytes()}


def test_a_part_of_another_content_is_not_continued(share: LocalStorage, file: Path, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        transfer.upload(file, share, "", stops_after(3))
    file.write_bytes(os.urandom(5 * MB))
    assert transfer.upload(file, share, "", report()).resumed == 0
    assert on(tmp_path / "share")["図面.bin"] == file.read_bytes()


def test_a_part_damaged_on_the_way_never_gets_the_name(
    share: LocalStorage, file: Path, tmp_path: Path
) -> None:
    with pytest.raises(Cancelled):
        transfer.upload(file, share, "", stops_after(3))
    part = next((tmp_path / "share").iterdir())
    damaged = bytearray(part.read_bytes())
    damaged[MB] ^= 1
    part.write_bytes(damaged)
    sent = transfer.upload(file, share, "", report())
    assert sent.resumed == 0, "thrown away, and begun anew"
    assert on(tmp_path / "share") == {"図面.bin": file.read_bytes()}


def test_what_arrives_damaged_each_time_never_gets_the_name(file: Path, tmp_path: Path) -> None:
    class Careless(LocalStorage):
        def read(self, path: str, offset: int = 0) -> Iterator[memoryview]:
            for chunk in super().read(path, offset):
                chunk[0] ^= 1
                yield chunk

    (tmp_path / "share").mkdir()
    with pytest.raises(SuiteError) as error:
        transfer.upload(file, Careless(tmp_path / "share"), "", report())
    assert error.value.code == "SHARE-010"
    assert on(tmp_path / "share") == {}


def test_a_source_that_changes_meanwhile_is_told(share: LocalStorage, file: Path, tmp_path: Path) -> None:
    def step(done: float, _total: float | None, _text: str) -> None:
        if done > 3:
            file.write_bytes(b"changed")

    with pytest.raises(SuiteError) as error:
        transfer.upload(file, share, "", Report(step))
    assert error.value.code == "SHARE-009"
    assert on(tmp_path / "share") == {}


def test_a_source_that_grows_as_fast_as_it_is_sent_ends(
    share: LocalStorage, file: Path, tmp_path: Path
) -> None:
    steps: list[int] = []

    def step(_done: float, _total: float | None, _text: str) -> None:
        steps.append(1)
        assert len(steps) < 100, "it would go on for ever"
        with file.open("ab") as log:
            log.write(b"one more line\n")

    with pytest.raises(SuiteError) as error:
        transfer.upload(file, share, "", Report(step))
    assert error.value.code == "SHARE-009"
    assert on(tmp_path / "share") == {}
    with pytest.raises(SuiteError):
        transfer.copy_inside(LocalStorage(tmp_path), file.name, "share", Report(step))
    assert on(tmp_path / "share") == {}


def test_a_taken_name_is_asked_about(share: LocalStorage, file: Path, tmp_path: Path) -> None:
    (tmp_path / "share" / "図面.bin").write_bytes(b"theirs")
    with pytest.raises(SuiteError) as error:
        transfer.upload(file, share, "", report())
    assert error.value.code == "SHARE-005"
    assert on(tmp_path / "share") == {"図面.bin": b"theirs"}
    assert transfer.upload(file, share, "", report(), IfExists.KEEP_BOTH).path == "図面 (2).bin"
    assert on(tmp_path / "share")["図面.bin"] == b"theirs"
    transfer.upload(file, share, "", report(), IfExists.REPLACE)
    assert on(tmp_path / "share")["図面.bin"] == file.read_bytes()


def test_a_target_changed_by_another_meanwhile_is_kept(
    share: LocalStorage, file: Path, tmp_path: Path
) -> None:
    target = tmp_path / "share" / "図面.bin"
    target.write_bytes(b"old")
    os.utime(target, (1, 1))

    def step(done: float, _total: float | None, _text: str) -> None:
        if done > 3:
            target.write_bytes(b"theirs, newer")

    sent = transfer.upload(file, share, "", Report(step), IfExists.REPLACE)
    assert sent.beside
    assert target.read_bytes() == b"theirs, newer"
    assert on(tmp_path / "share")["図面（競合）.bin"] == file.read_bytes()


def test_a_target_that_is_open_elsewhere_is_kept(share: LocalStorage, file: Path, tmp_path: Path) -> None:
    from sharefolder import errors

    class Held(LocalStorage):
        """As an SMB server answers while another holds the target open."""

        def move(self, source: str, target: str, replace: bool = False) -> None:
            if replace:
                raise errors.in_use(target)
            super().move(source, target)

    (tmp_path / "share" / "図面.bin").write_bytes(b"theirs")
    sent = transfer.upload(file, Held(tmp_path / "share"), "", report(), IfExists.REPLACE)
    assert sent.beside
    assert on(tmp_path / "share") == {"図面.bin": b"theirs", "図面（競合）.bin": file.read_bytes()}


def test_a_full_disk_keeps_what_arrived(file: Path, tmp_path: Path) -> None:
    from sharefolder import errors

    class Nearly(LocalStorage):
        room = 3

        def append(self, path: str, offset: int):  # type: ignore[no-untyped-def]
            from contextlib import contextmanager

            outer, real = self, super().append(path, offset)

            @contextmanager
            def limited():  # type: ignore[no-untyped-def]
                with real as sink:

                    class Full:
                        def write(self, chunk: bytes) -> None:
                            outer.room -= 1
                            if outer.room < 0:
                                raise errors.full("share")
                            sink.write(chunk)

                    yield Full()

            return limited()

    (tmp_path / "share").mkdir()
    share = Nearly(tmp_path / "share")
    with pytest.raises(SuiteError) as error:
        transfer.upload(file, share, "", report())
    assert error.value.code == "SHARE-007"
    share.room = 1000
    assert transfer.upload(file, share, "", report()).resumed == 3 * MB


def test_an_empty_file_arrives(share: LocalStorage, tmp_path: Path) -> None:
    (tmp_path / "空.txt").touch()
    assert transfer.upload(tmp_path / "空.txt", share, "", report()).size == 0
    assert on(tmp_path / "share") == {"空.txt": b""}


def test_a_copy_inside_the_share_takes_a_free_name(share: LocalStorage, file: Path, tmp_path: Path) -> None:
    transfer.upload(file, share, "", report())
    assert transfer.copy_inside(share, "図面.bin", "", report()) == "図面 (2).bin"
    assert len(set(on(tmp_path / "share").values())) == 1


def test_a_copy_that_is_not_the_same_never_gets_the_name(file: Path, tmp_path: Path) -> None:
    """The server copies, and only the size would be right."""

    class Careless(LocalStorage):
        def copy(self, source: str, target: str) -> None:
            super().copy(source, target)
            with (tmp_path / "share" / target).open("r+b") as copied:
                copied.seek(4 * MB)
                copied.write(b"\0" * MB)

    (tmp_path / "share").mkdir()
    share = Careless(tmp_path / "share")
    transfer.upload(file, share, "", report())
    with pytest.raises(SuiteError) as error:
        transfer.copy_inside(share, "図面.bin", "", report())
    assert error.value.code == "SHARE-010"
    assert on(tmp_path / "share") == {"図面.bin": file.read_bytes()}


def test_a_copy_of_what_changes_meanwhile_is_told(share: LocalStorage, file: Path, tmp_path: Path) -> None:
    transfer.upload(file, share, "", report())

    def step(_done: float, _total: float | None, text: str) -> None:
        if "届いた" in text:
            (tmp_path / "share" / "図面.bin").write_bytes(b"theirs, newer")

    with pytest.raises(SuiteError) as error:
        transfer.copy_inside(share, "図面.bin", "", Report(step))
    assert error.value.code == "SHARE-009"
    assert on(tmp_path / "share") == {"図面.bin": b"theirs, newer"}


def test_a_copy_that_was_stopped_leaves_nothing(share: LocalStorage, file: Path, tmp_path: Path) -> None:
    transfer.upload(file, share, "", report())
    with pytest.raises(Cancelled):
        transfer.copy_inside(share, "図面.bin", "", stops_after(9))
    assert on(tmp_path / "share") == {"図面.bin": file.read_bytes()}


def test_small_files_come_before_huge_ones_and_bad_names_are_named(tmp_path: Path) -> None:
    source = tmp_path / "送る"
    (source / "中").mkdir(parents=True)
    (source / "大.bin").write_bytes(b"x" * 1000)
    (source / "中" / "小.txt").write_bytes(b"x")
    (source / "aux.txt").touch()
    (source / "link").symlink_to("/")
    plan = plans.plan_upload([source], "受付")
    assert plan.folders == ("受付/送る", "受付/送る/中")
    assert [(p.name, into) for p, into in plan.files] == [("小.txt", "受付/送る/中"), ("大.bin", "受付/送る")]
    assert plan.size == 1001
    assert {name for name, _why in plan.refused} == {"aux.txt", "link"}


def test_a_job_can_be_paused_and_cancelled(share: LocalStorage, tmp_path: Path) -> None:
    big = tmp_path / "大.bin"
    big.write_bytes(bytes(40 * MB))
    seen: list[Status] = []
    runner = JobRunner(lambda state: seen.append(state.status))
    handle = runner.submit(Job("送る", lambda r: transfer.upload(big, share, "", r), "share"))
    handle.cancel()
    with pytest.raises(Cancelled):
        handle.result(10)
    assert runner.close()
    assert not (tmp_path / "share" / "大.bin").exists()


def test_killed_at_any_moment_leaves_no_half_file_and_resumes(share: LocalStorage, tmp_path: Path) -> None:
    """kill -9 of the sender at random moments (seeded); the long proof does this 500 times."""
    file = tmp_path / "大.bin"
    file.write_bytes(random.Random(5).randbytes(24 * MB))
    program = (
        "import sys\nfrom pathlib import Path\nfrom core.jobs import Report\n"
        "from sharefolder import transfer\n"
        "from sharefolder.local import LocalStorage; print('ready', flush=True)\n"
        "transfer.upload(Path(sys.argv[1]), LocalStorage(Path(sys.argv[2])), '', Report(lambda *a: None))"
    )
    moments = random.Random(7)
    for _round in range(6):
        sender = subprocess.Popen(
            [sys.executable, "-c", program, str(file), str(tmp_path / "share")], stdout=subprocess.PIPE
        )
        assert sender.stdout is not None
        sender.stdout.readline()
        time.sleep(moments.uniform(0, 0.06))
        sender.kill()
        sender.wait()
        sender.stdout.close()
        final = tmp_path / "share" / "大.bin"
        if final.exists():
            assert final.read_bytes() == file.read_bytes()
            final.unlink()
    transfer.upload(file, share, "", report())
    assert on(tmp_path / "share") == {"大.bin": file.read_bytes()}


def test_the_same_transfer_has_the_same_part_and_another_has_not() -> None:
    first = Entry("a", "a", False, 1, 2.0)
    assert transfer.part_name(first, "x/a") == transfer.part_name(first, "x/a")
    assert transfer.part_name(first, "x/a") != transfer.part_name(first, "y/a")
    assert transfer.part_name(first, "x/a") != transfer.part_name(first._replace(changed=3.0), "x/a")
