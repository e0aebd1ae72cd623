"""The log: nothing of a face, a secret or a message of an exception gets in, and its files are bounded."""

from __future__ import annotations

import io
import logging
import stat
import sys
from enum import Enum
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import log
from core.errors import SuiteError
from core.paths import Paths

pytestmark = pytest.mark.usefixtures("logging_as_before")
SECRET = "山田太郎"  # noqa: S105 - a name that must not appear


class Colour(Enum):
    RED = SECRET


def written(paths: Paths) -> str:
    for handler in logging.getLogger().handlers:
        handler.flush()
    return (paths.state / "log" / "mahoroba.log").read_text("utf-8")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (np.full((480, 640, 3), 7, np.uint8), "<array (480, 640, 3) uint8>"),
        (np.zeros(192, np.float32), "<array (192,) float32>"),
        (SECRET.encode(), "<12 bytes>"),
        (bytearray(5), "<5 bytes>"),
        (memoryview(b"abc"), "<3 bytes>"),
        ([SECRET], "<list>"),
        ((SECRET,), "<tuple>"),
        ({"name": SECRET}, "<dict>"),
        (object(), "<object>"),
        (ValueError(SECRET), "ValueError: -"),
        (SuiteError(SECRET, SECRET, SECRET, "PIN-003"), "core.errors.SuiteError PIN-003: -"),
        (Path("/home") / SECRET / "settings.toml", "settings.toml"),
        (Colour.RED, "Colour.RED"),
        ("x" * 500, "x" * 100 + "…(+400)"),
        ("short", "short"),
        (3, "3"),
        (0.5, "0.5"),
        (None, "None"),
        (True, "True"),
    ],
)
def test_a_value_is_shown_as_far_as_it_is_harmless(paths: Paths, value: object, shown: str) -> None:
    log.configure(paths)
    logging.getLogger("x").info("value %s.", value)
    logging.getLogger("x").info("value %(v)s.", {"v": value, "w": 1})
    text = written(paths)
    assert text.count(f"value {shown}.") == 2
    assert SECRET not in text


def test_an_array_as_the_message_itself(paths: Paths) -> None:
    log.configure(paths)
    logging.getLogger("x").info(np.full((2, 2), 77))
    assert "<array (2, 2) int64>" in written(paths)
    assert "77" not in written(paths)


def test_an_exception_is_written_as_type_and_place(paths: Paths) -> None:
    log.configure(paths)
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise ValueError(f"pin 1234 of {SECRET}") from error
    except ValueError:
        logging.getLogger("x").exception("it failed")
    text = written(paths)
    assert "it failed | ValueError: tests/unit/core/test_log.py:" in text
    assert "| KeyError: tests/unit/core/test_log.py:" in text
    assert SECRET not in text
    assert "1234" not in text
    assert text.count("\n") == 1


def test_one_record_is_one_line(paths: Paths) -> None:
    log.configure(paths)
    logging.getLogger("x").info("name %s", "a\nERROR forged\r\x1b[31m\u2028\x85")
    lines = written(paths).splitlines()
    assert len(lines) == 1
    assert "a\\x0aERROR forged\\x0d\\x1b[31m\\x2028\\x85" in lines[0]


def test_a_line_is_bounded(paths: Paths) -> None:
    log.configure(paths)
    logging.getLogger("x").info("y" * 100_000)
    assert len(written(paths)) < log.LONGEST_LINE + 20


@pytest.mark.parametrize(
    ("message", "args"), [("%d", (SECRET,)), ("%s %s", (SECRET,)), ("%(a)s", ({"b": SECRET},))]
)
def test_wrong_arguments_do_not_spill_the_data(
    paths: Paths, capsys: pytest.CaptureFixture[str], message: str, args: tuple[object, ...]
) -> None:
    log.configure(paths)
    logging.getLogger("x").info(message, *args)
    assert "bad log arguments at test_log.py:" in written(paths)
    assert SECRET not in written(paths) + "".join(capsys.readouterr())


def test_files_are_private_and_bounded(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "FILE_BYTES", 5000)
    log.configure(paths)
    for n in range(1000):
        logging.getLogger("x").info("line %d %s", n, "x" * 90)
    files = list((paths.state / "log").iterdir())
    assert len(files) == log.FILES_KEPT + 1
    for file in files:
        assert file.stat().st_size <= 5000
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "line 999" in written(paths)


def test_warnings_reach_the_screen_and_details_do_not(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    log.configure(paths)
    logging.getLogger("x").info("detail")
    logging.getLogger("x").warning("%s", {"name": SECRET})
    screen = capsys.readouterr().err
    assert "detail" not in screen
    assert "<dict>" in screen
    assert SECRET not in screen


def test_talkative_libraries_are_quiet(paths: Paths) -> None:
    log.configure(paths, logging.DEBUG)
    logging.getLogger("httpx").info("GET http://matcher/v1/templates/100234")
    logging.getLogger("keyring.backend").debug("Loading KWallet")
    assert written(paths) == ""


def test_a_place_that_cannot_be_written(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    (paths.state / "log").write_text("in the way")
    log.configure(paths)
    logging.getLogger("x").error("still said")
    screen = capsys.readouterr().err
    assert "no log file" in screen
    assert "still said" in screen


def test_a_full_disk_does_not_spill_the_record(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.StringIO):
        def write(self, _text: str) -> int:
            raise OSError(28, "No space left on device")

    log.configure(paths)
    file = next(h for h in logging.getLogger().handlers if isinstance(h, log._QuietFile))
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    file.setStream(Full())  # type: ignore[arg-type]
    logging.getLogger("x").info("detail %s", SECRET)
    assert said.getvalue() == "the log could not be written: OSError\n"


def test_configuring_twice_does_not_double_the_lines(paths: Paths) -> None:
    log.configure(paths)
    log.configure(paths)
    logging.getLogger("x").info("once")
    assert written(paths).count("once") == 1


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.binary(),
        lambda i: st.lists(i) | st.dictionaries(st.text(), i),
    )
)
def test_no_value_breaks_a_record(value: object) -> None:
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, "v %s", (value,), None)
    line = log.SafeFormatter().format(record)
    assert "\n" not in line
    assert len(line) < 400
