"""Folders, atomic files, events, and the report of a crash."""

from __future__ import annotations

import logging
import os
import stat
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.crash import describe, unexpected
from core.errors import SuiteError
from core.events import Events
from core.files import exclusive, make_private_folder, write_atomically
from core.paths import Paths
from tests.unit.core.death import every_death, in_child


def test_the_trial_home_moves_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAHOROBA_HOME", str(tmp_path / "trial"))
    paths = Paths.from_environment()
    for folder in (paths.data, paths.config, paths.cache, paths.state):
        assert folder.is_relative_to(tmp_path / "trial")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert paths.policy == tmp_path / "trial" / "policy.toml"
    assert paths.user_settings.parent == paths.config


@pytest.mark.skipif(sys.platform == "win32", reason="XDG is Linux")
def test_xdg_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAHOROBA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "d"))
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative/is/invalid")
    paths = Paths.from_environment()
    assert paths.data == tmp_path / "d" / "mahoroba"
    assert paths.config == tmp_path / ".config" / "mahoroba"
    assert paths.cache == tmp_path / ".cache" / "mahoroba"
    assert paths.state == tmp_path / ".local" / "state" / "mahoroba"
    assert paths.policy == Path("/etc/mahoroba/policy.toml")
    assert stat.S_IMODE(paths.data.stat().st_mode) == 0o700


def test_a_home_that_cannot_be_used_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MAHOROBA_HOME", str(tmp_path / "file"))
    with pytest.raises(SuiteError) as caught:
        Paths.from_environment()
    assert caught.value.code == "CORE-001"


def test_a_read_only_home_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    Paths.from_environment()
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(SuiteError) as caught:
        Paths.from_environment()
    assert caught.value.code == "CORE-001"


def test_an_existing_folder_keeps_its_mode(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    make_private_folder(shared / "a" / "b")
    assert stat.S_IMODE(shared.stat().st_mode) == 0o755
    assert stat.S_IMODE((shared / "a").stat().st_mode) == 0o700


def test_a_kill_while_writing_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    path = tmp_path / "file"
    seen = set()
    for line in every_death(
        lambda: path.write_bytes(b"old") and None, lambda: write_atomically(path, b"new")
    ):
        assert path.read_bytes() in (b"old", b"new"), line
        seen.add(path.read_bytes())
    assert seen == {b"old", b"new"}


def test_the_content_is_on_disk_before_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut cannot be tried here; the order that survives one can be seen."""
    calls: list[str] = []

    def seen(name: str) -> None:
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *arguments: (calls.append(name), real(*arguments))[1])

    seen("fsync")
    seen("replace")
    write_atomically(tmp_path / "file", b"x")
    assert calls == ["fsync", "replace", "fsync"]


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError):  # noqa: PT011 - which one depends on the system
        write_atomically(tmp_path / "folder", b"x")
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]


def test_a_lock_orders_threads_and_dies_with_its_process(tmp_path: Path) -> None:
    lock, counter = tmp_path / "lock", tmp_path / "counter"
    counter.write_text("0")

    def count() -> None:
        for _turn in range(50):
            with exclusive(lock):
                counter.write_text(str(int(counter.read_text()) + 1))

    threads = [threading.Thread(target=count) for _ in range(2)]
    child = os.fork()
    if child == 0:
        count()
        os._exit(0)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert counter.read_text() == "150"

    def die_holding() -> None:
        with exclusive(lock):
            os._exit(9)

    assert in_child(die_holding) == 9
    with exclusive(lock):
        pass


@dataclass(frozen=True)
class Happened:
    what: str


@dataclass(frozen=True)
class Other(Happened):
    pass


def test_events_reach_who_asked_for_their_type_in_order() -> None:
    events, seen = Events(), list[str]()
    events.subscribe(Happened, lambda e: seen.append(f"first {e.what}"))
    events.subscribe(Happened, lambda e: seen.append(f"second {e.what}"))
    events.publish(Happened("a"))
    events.publish(Other("b"))
    events.publish(object())
    assert seen == ["first a", "second a"]


def test_unsubscribing_ends_one_subscription_only() -> None:
    events, seen = Events(), list[str]()

    def note(event: Happened) -> None:
        seen.append(event.what)

    first = events.subscribe(Happened, note)
    events.subscribe(Happened, note)
    events.publish(Happened("a"))
    first()
    first()
    events.publish(Happened("b"))
    assert seen == ["a", "a", "b"]


def test_a_handler_may_unsubscribe_itself() -> None:
    events, seen = Events(), list[str]()

    def once(event: Happened) -> None:
        seen.append(event.what)
        end()

    end = events.subscribe(Happened, once)
    events.publish(Happened("a"))
    events.publish(Happened("b"))
    assert seen == ["a"]


def test_a_failing_handler_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    events, seen = Events(), list[str]()

    def fail(_event: Happened) -> None:
        raise RuntimeError("no screen")

    events.subscribe(Happened, fail)
    events.subscribe(Happened, lambda e: seen.append(e.what))
    with caplog.at_level(logging.ERROR):
        events.publish(Happened("a"))
    assert seen == ["a"]
    assert "a handler of Happened failed" in caplog.text


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    try:
        raise error from cause
    except BaseException as caught:  # noqa: BLE001 - handed back
        return caught


def test_a_crash_report_names_types_and_our_places_only() -> None:
    try:
        int("山田")
    except ValueError as error:
        report = unexpected(error).report
    assert report.startswith("ValueError: tests/unit/core/test_small_parts.py:")
    assert "山田" not in report
    assert str(Path.home()) not in report


def test_a_crash_report_follows_causes_but_not_for_ever() -> None:
    inner = raised(SuiteError("何", "なぜ", "次", "DB-001"))
    report = describe(raised(KeyError("x"), inner))
    assert [line.split(":")[0] for line in report.splitlines()] == [
        "KeyError",
        "core.errors.SuiteError DB-001",
    ]
    loop = ValueError("a")
    loop.__cause__ = loop
    assert len(describe(loop).splitlines()) == 1
    chain: BaseException = ValueError()
    for _turn in range(50):
        chain = raised(ValueError(), chain)
    assert len(describe(chain).splitlines()) == 10


def test_a_hidden_context_stays_hidden() -> None:
    shown, hidden = ValueError(), ValueError()
    shown.__context__ = hidden.__context__ = KeyError()
    hidden.__suppress_context__ = True
    assert describe(shown) == "ValueError: -\nKeyError: -"
    assert describe(hidden) == "ValueError: -"


def test_foreign_code_has_no_place_in_the_report() -> None:
    import json

    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads("{")
    assert "json/decoder" not in describe(caught.value)
    assert describe(caught.value).startswith("json.decoder.JSONDecodeError: tests/")


def test_an_error_reads_as_sentences() -> None:
    error = SuiteError("保存できませんでした。", "空きがありません。", "消してください。", "DB-002")
    assert str(error) == "保存できませんでした。空きがありません。消してください。（DB-002）"
