"""The quick way and the whole tree read the same out of an event, or the quick way leaves it alone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_sync import quick
from calendar_sync.scan import scan, scan_whole
from core.errors import SuiteError

from .events import event


def _by(read: object, raw: bytes) -> object:
    try:
        return read(raw)  # type: ignore[operator]
    except SuiteError as error:
        return error.code


_lines = st.sampled_from(
    [
        "RRULE:FREQ=WEEKLY;COUNT=3", "DESCRIPTION:一行目\\n二行目\\, 続き", "LOCATION;LANGUAGE=ja:第一会議室",
        'LOCATION;ALTREP="http://x:1/":庁舎', "CLASS:PRIVATE", "class:private", "STATUS:TENTATIVE",
        "TRANSP:TRANSPARENT", "X-A;B=c:値:続き", "SUMMARY:二つ目", "SUM", "DURATION:PT30M", "",
        "BEGIN:VALARM\r\nACTION:DISPLAY\r\nSUMMARY:鳴る\r\nEND:VALARM", "BEGIN:VALARM\r\nEND:X",
        "RECURRENCE-ID:20261124T100000", "DESCRIPTION:長い\r\n  折り返し", "EXDATE:20261124T100000",
    ]
)  # fmt: skip
_starts = st.sampled_from(
    [
        "DTSTART;TZID=Asia/Tokyo:20261124T100000", "DTSTART:20261124T100000", "DTSTART:20261124T010000Z",
        "DTSTART;VALUE=DATE:20261124", "DTSTART;VALUE=DATE:20261124T100000",
        "DTSTART;TZID=どこか:20261124T100000",
        "DTSTART;TZID=Tokyo Standard Time:20261124T100000", "DTSTART:20261399", "DTSTART:99991231T235959Z",
        "DTSTART;TZID=America/New_York;X=1:20261124T100000", "",
    ]
)  # fmt: skip


@given(st.lists(_lines, max_size=6), _starts, st.sampled_from(["\r\n", "\n"]), st.booleans())
def test_both_ways_read_the_same(lines: list[str], start: str, end: str, tail: bool) -> None:
    raw = event("u1", *lines).replace(b"DTSTART;TZID=Asia/Tokyo:20261124T100000", start.encode())
    raw = raw.replace(b"\r\n", end.encode()) + (b"" if tail else b"rest")
    assert _by(scan, raw) == _by(scan_whole, raw)


def test_a_plain_event_goes_the_quick_way() -> None:
    alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT10M\r\nEND:VALARM"
    assert quick.values(event("u1", "DESCRIPTION:長い\r\n  折り返し", alarm)) is not None
    (entry,) = scan(event()).entries
    assert entry.span is not None
    assert entry.span.start == datetime(2026, 11, 24, 10)


@pytest.mark.shared_data
def test_calendars_that_nobody_here_wrote_read_the_same_both_ways(shared_data: Path) -> None:
    files = sorted((shared_data / "ics").rglob("*.ics"))
    quickly = 0
    for file in files:
        raw = file.read_bytes()
        assert _by(scan, raw) == _by(scan_whole, raw), file
        quickly += quick.values(raw) is not None
    assert quickly > 0
