"""Calendars in and out as files: every line stands as it was, and a table reads back what it wrote."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from calendar_sync import ics
from calendar_sync.files import Files, drafts, objects, one_calendar, table
from calendar_sync.ics import unfolded
from calendar_sync.merge import same
from calendar_sync.model import Occurrence
from calendar_sync.store import Store
from core.errors import SuiteError

from .events import event


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "cache.db")
    made.remember_collection("/p/main/", "わたしの予定", "")
    return made


def _files(store: Store) -> Files:
    return Files(store, lambda: None)


def test_what_is_written_out_comes_in_again_as_the_same(store: Store, tmp_path: Path) -> None:
    store.create(1, "/p/main/1.ics", event("u1", 'X-OWN;A="b;c":値'))
    store.create(1, "/p/main/2.ics", event("u2", "RRULE:FREQ=WEEKLY;COUNT=3"))
    assert _files(store).export(tmp_path / "out.ics", 1) == 2
    incoming = _files(store).preview(tmp_path / "out.ics", 1)
    assert (len(incoming.new), len(incoming.changed), incoming.same) == (0, 0, 2)
    other = Store(tmp_path / "other.db")
    other.remember_collection("/q/main/", "別", "")
    files = Files(other, lambda: None)
    assert len(files.take_in(files.preview(tmp_path / "out.ics", 1))) == 2
    assert all(same(a, b) for a, b in zip(store.contents(1), other.contents(1), strict=True))
    other.close()


def test_a_table_reads_back_what_it_wrote() -> None:
    start = datetime(2026, 11, 24, 10)
    timed = Occurrence(1, "", 1, start, start.replace(hour=12), False, "課内会議", "302", private=True)
    whole = Occurrence(2, "", 1, start.replace(hour=0), datetime(2026, 11, 26), True, "=出張", "")
    problems: list[str] = []
    first, second = drafts(table([timed, whole], {1: "資料,\n持参"}), 1, problems)
    assert problems == []
    assert (first.start, first.end, first.private, first.memo) == (
        timed.start,
        timed.end,
        True,
        "資料,\n持参",
    )
    assert (second.start, second.end, second.all_day) == (whole.start, whole.end, True)
    assert second.summary == "'=出張"  # no spreadsheet runs it as a formula


def test_a_table_of_outlook_and_one_in_the_eras_of_japan_are_read() -> None:
    head = "Subject,Start Date,Start Time,End Date,End Time,All day event\n"
    raw = head + "会議,R8.11.24,9:30,R8.11.24,10:15,False\n"
    (draft,) = drafts(raw.encode("cp932"), 1, [])
    assert (draft.start, draft.end) == (datetime(2026, 11, 24, 9, 30), datetime(2026, 11, 24, 10, 15))


@pytest.mark.parametrize(
    "row", ["会議,きのう", "会議,2026/11/24,25時", "会議,2026/11/24,10:00,2026/11/23,9:00", "会議"]
)
def test_a_row_that_cannot_be_read_is_named_and_the_others_are_taken(row: str) -> None:
    problems: list[str] = []
    raw = f"件名,開始日,開始時刻,終了日,終了時刻\n{row}\n会議,2026/11/24,,,\n"
    assert len(drafts(raw.encode(), 1, problems)) == 1
    assert problems == ["2 行目の日時を読めません。"]


@pytest.mark.parametrize("raw", [b"", b"x", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "日付,題\n".encode()])
def test_what_is_no_calendar_is_refused_with_a_reason(store: Store, tmp_path: Path, raw: bytes) -> None:
    for name in ("in.ics", "in.csv"):
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(SuiteError, match=r"CAL-0(01|30)"):
            _files(store).preview(tmp_path / name, 1)


@pytest.mark.shared_data
def test_files_that_nobody_here_wrote_keep_every_line_of_their_events(shared_data: Path) -> None:
    taken = 0
    for file in sorted((shared_data / "ics").rglob("*.ics")):
        raw = file.read_bytes()
        try:
            found = objects(raw, [])
        except SuiteError:
            continue
        whole = ics.parse(raw.removeprefix(b"\xef\xbb\xbf"))
        lines = {line.rstrip(b"\r\n") for e in whole.walk("VEVENT") for line in e.raw().splitlines()}
        for uid, each in found:
            taken += 1
            lines.add(f"UID:{uid}".encode())  # one that has none gets one
            for written in (each, one_calendar([each])):
                parts = [e.raw() for e in ics.parse(written).walk("VEVENT")]
                assert {line for part in parts for line in part.splitlines()} <= lines, file
    assert taken > 50


@pytest.mark.parametrize(
    ("said", "hour"),
    [
        ("10:00:00 PM", 22),
        ("12:00 AM", 0),
        ("12:30 PM", 12),
        ("午後 3:00", 15),
        ("午前9:00", 9),
        ("９：００", 9),
    ],
)
def test_a_time_after_noon_is_after_noon(said: str, hour: int) -> None:
    """Outlook's table in English says PM; as ten in the morning the meeting would be missed."""
    (made,) = drafts(f"件名,開始日,開始時刻\n会議,2026/12/1,{said}\n".encode(), 1, [])
    assert made.start.hour == hour


@pytest.mark.parametrize("said", ["10:00 h", "13:00 PM", "10:99", "ten"])
def test_a_time_that_is_none_is_named(said: str) -> None:
    problems: list[str] = []
    assert drafts(f"件名,開始日,開始時刻\n会議,2026/12/1,{said}\n".encode(), 1, problems) == []
    assert problems == ["2 行目の日時を読めません。"]


@pytest.mark.parametrize("form", ["cp932", "utf-8-sig"])
def test_a_file_in_an_old_encoding_becomes_what_servers_take(form: str) -> None:
    text = event(summary="打合せ" * 30).decode()
    ((uid, raw),) = objects(text.encode(form), [])
    assert uid == "u1"
    assert ("打合せ" * 30).encode() in unfolded(raw)
    raw.decode()


def test_an_event_without_a_name_gets_one_and_the_same_each_time() -> None:
    """No server takes one without UID, and a second reading is to add nothing."""
    nameless = event().replace(b"UID:u1\r\n", b"")
    other = event(summary="別").replace(b"UID:u1\r\n", b"")
    (one,), (again,), (second,) = (objects(raw, []) for raw in (nameless, nameless, other))
    assert one == again
    assert one[0] != second[0]
    assert f"UID:{one[0]}".encode() in one[1]
