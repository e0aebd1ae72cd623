"""Calendars as files: an .ics or .csv read with a preview of what it would change, and written for others.

An imported object keeps its bytes; what a file cannot say is named, never guessed.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from calendar_sync import edit, ics
from calendar_sync.merge import same
from calendar_sync.model import Draft, Occurrence
from calendar_sync.scan import scan
from calendar_sync.store import Store
from core.clock import TOKYO
from core.errors import SuiteError
from core.files import read_bounded, write_atomically
from core.i18n import _
from core.wareki import parse_date

MOST_BYTES = 20_000_000
MOST_EVENTS = 20_000
COLUMNS = ("件名", "開始日", "開始時刻", "終了日", "終了時刻", "終日", "場所", "メモ", "非公開")
_ENGLISH = {
    "subject": "件名", "start date": "開始日", "start time": "開始時刻", "end date": "終了日",
    "end time": "終了時刻", "all day event": "終日", "location": "場所", "description": "メモ",
    "private": "非公開",
    "終日イベント": "終日", "内容": "メモ", "プライベート": "非公開",
}  # fmt: skip
_CLOCK = re.compile(
    r"(?P<before>午前|午後)?\s*(?P<hour>\d{1,2})(?::(?P<minute>[0-5]\d)(?::[0-5]\d)?)?\s*(?P<after>am|pm)?"
)
_YES = ("true", "1", "yes", "はい", "○", "終日")


@dataclass(frozen=True)
class Incoming:
    """What a file would change: (UID, object) to add, (event, object) to change; what it cannot say."""

    collection: int
    new: tuple[tuple[str, bytes], ...]
    changed: tuple[tuple[int, bytes], ...]
    same: int
    problems: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.new) + len(self.changed)


Step = tuple[int, int, str, bytes | None, bytes | None]


class Files:
    """Reading and writing files for one person's calendars. Not on the UI thread."""

    def __init__(self, store: Store, changed: Callable[[], None]) -> None:
        self._store, self._changed = store, changed

    def preview(self, path: Path, collection: int) -> Incoming:
        """What ``path`` (.ics, .csv) would change in ``collection``. SuiteError CAL-030: it is neither."""
        raw = _bounded(path)
        problems: list[str] = []
        if path.suffix.lower() == ".csv":
            found = [
                (uid, edit.new_event(draft, uid, datetime.now(UTC)))
                for draft in drafts(raw, collection, problems)
                for uid in [_uid_of(draft)]
            ]
        else:
            found = objects(raw, problems)
        known = self._store.uids(collection)
        new, changed, equal = [], [], 0
        for uid, each in found:
            event = known.get(uid)
            content = None if event is None else getattr(self._store.object(event), "content", None)
            if event is None or content is None:
                new.append((uid, each))
            elif same(content, each):
                equal += 1
            else:
                changed.append((event, each))
        return Incoming(collection, tuple(new), tuple(changed), equal, tuple(problems[:50]))

    def take_in(self, incoming: Incoming) -> Sequence[Step]:
        """Make the changes; what each event was before and after, for undoing."""
        home = next(c for c in self._store.collections() if c.id == incoming.collection)
        steps: list[Step] = []
        for _uid, raw in incoming.new:
            href = f"{home.href}{uuid.uuid4()}.ics"
            steps.append((self._store.create(home.id, href, raw), home.id, href, None, raw))
        for event, raw in incoming.changed:
            was = self._store.object(event)
            if was is not None:
                steps.append((event, was.collection, was.href, self._store.change(event, raw), raw))
        self._changed()
        return steps

    def export(self, path: Path, collection: int) -> int:
        """Write ``collection`` to ``path``; how many. .csv: each occurrence of a year back and ahead."""
        if path.suffix.lower() == ".csv":
            today = datetime.now(TOKYO).replace(tzinfo=None)
            found = self._store.between(
                today - timedelta(days=365), today + timedelta(days=366), [collection]
            )
            memos = {o.event: self._memo(o.event) for o in found}
            write_atomically(path, table(found, memos))
            return len(found)
        raws = list(self._store.contents(collection))
        write_atomically(path, one_calendar(raws))
        return len(raws)

    def _memo(self, event: int) -> str:
        found = self._store.object(event)
        if found is None or found.content is None:
            return ""
        return next(
            (ics.unescape(e.value("DESCRIPTION")) for e in ics.parse(found.content).walk("VEVENT")), ""
        )


def objects(raw: bytes, problems: list[str]) -> list[tuple[str, bytes]]:
    """A file's events, one object a UID with the zones it names; every line as it stands."""
    found: dict[str, list[ics.Component]] = {}
    zones: dict[str, ics.Component] = {}
    head = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Mahoroba//Mahoroba//JA\r\n"
    for calendar in _calendars(_as_utf8(raw)):
        zones |= {z.value("TZID"): z for z in calendar.walk("VTIMEZONE")}
        for event in calendar.children():
            if event.name == "VEVENT":
                found.setdefault(_named(event), []).append(event)
            elif event.name != "VTIMEZONE":
                problems.append(
                    _("予定ではないもの（{kind}）は取り込みません。").format(kind=event.name[:40])
                )
    made = []
    for uid, events in list(found.items())[:MOST_EVENTS]:
        body = b"".join(_whole(e) for e in events)
        named = [_whole(z) for name, z in zones.items() if _names(body, name)]
        each = head + b"".join(named) + body + b"END:VCALENDAR\r\n"
        scanned = scan(each)
        if any(entry.span is None for entry in scanned.entries):
            title = scanned.entries[0].summary[:60]
            problems.append(_("日時のない予定は取り込みません: {title}").format(title=title))
            continue
        made.append((uid, each))
    return made


def _as_utf8(raw: bytes) -> bytes:
    """The file as RFC 5545 has it: in UTF-8, without a mark. An old Outlook's is in the system's encoding."""
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        raw.decode()
    except UnicodeDecodeError:
        lines = (ics.decode(line) for line in ics.unfolded(raw).splitlines())
        return b"".join(ics.fold(line) for line in lines)
    return raw


def _named(event: ics.Component) -> str:
    """Its UID. One that has none gets one by what it says: read again it is the same event, and no server
    takes one without."""
    if not event.value("UID"):
        text = ics.unfolded(event.raw())
        event.replace("UID", ics.fold(f"UID:{uuid.uuid5(uuid.NAMESPACE_OID, ics.decode(text))}"))
    return event.value("UID")


def drafts(raw: bytes, collection: int, problems: list[str]) -> list[Draft]:
    """The rows of a table with the columns of COLUMNS (or Outlook's English names), in any order."""
    rows = csv.reader(io.StringIO(ics.decode(raw.removeprefix(b"\xef\xbb\xbf"))))
    try:
        names = [_ENGLISH.get(n.strip().casefold(), n.strip()) for n in next(rows, [])]
        lines = [dict(zip(names, row, strict=False)) for row in rows if any(row)]
    except csv.Error as error:
        raise _unreadable() from error
    if "件名" not in names or "開始日" not in names:
        raise _unreadable()
    made = []
    for number, line in enumerate(lines[:MOST_EVENTS], 2):
        try:
            made.append(_draft(line, collection))
        except (SuiteError, ValueError, KeyError, OverflowError):  # a short row, the end of the calendar
            problems.append(_("{line} 行目の日時を読めません。").format(line=number))
    return made


def table(found: Iterable[Occurrence], memos: dict[int, str]) -> bytes:
    """``found`` as CSV with the columns of COLUMNS, UTF-8 with a mark so that spreadsheets know."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for o in found:
        last = o.end - timedelta(days=1) if o.all_day else o.end
        times = ("", "") if o.all_day else (f"{o.start:%H:%M}", f"{o.end:%H:%M}")
        writer.writerow(
            [
                _plain(o.summary), f"{o.start:%Y/%m/%d}", times[0], f"{last:%Y/%m/%d}", times[1],
                "TRUE" if o.all_day else "FALSE", _plain(o.location), _plain(memos.get(o.event, "")),
                "TRUE" if o.private else "FALSE",
            ]
        )  # fmt: skip
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def one_calendar(raws: Iterable[bytes]) -> bytes:
    """All objects in one file: their zones once, then their entries with every line as it stands."""
    zones: dict[str, bytes] = {}
    entries: list[bytes] = []
    for raw in raws:
        try:
            children = [c for calendar in _calendars(raw) for c in calendar.children()]
        except SuiteError:
            continue  # unreadable here is unreadable there
        zones |= {c.value("TZID"): _whole(c) for c in children if c.name == "VTIMEZONE"}
        entries += [_whole(c) for c in children if c.name != "VTIMEZONE"]
    head = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Mahoroba//Mahoroba//JA\r\n"
    return head + b"".join(zones.values()) + b"".join(entries) + b"END:VCALENDAR\r\n"


def _names(body: bytes, zone: str) -> bool:
    return f"TZID={zone}".encode() in body or f'TZID="{zone}"'.encode() in body


def _calendars(raw: bytes) -> list[ics.Component]:
    found = [c for c in ics.parse(raw).children() if c.name == "VCALENDAR"]
    if not found:
        raise _unreadable()
    return found


def _whole(component: ics.Component) -> bytes:
    raw = component.raw()
    return raw if raw.endswith(b"\n") else raw + b"\r\n"


def _draft(line: dict[str, str], collection: int) -> Draft:
    first = parse_date(line["開始日"].strip())
    last = parse_date(line["終了日"].strip()) if line.get("終了日", "").strip() else first
    midnight, until = (datetime(d.year, d.month, d.day) for d in (first, last))
    begin, end = line.get("開始時刻", "").strip(), line.get("終了時刻", "").strip()
    all_day = not begin or line.get("終日", "").strip().casefold() in _YES
    start = midnight if all_day else midnight + _clock(begin)
    finish = (
        until + timedelta(days=1) if all_day else until + _clock(end) if end else start + timedelta(hours=1)
    )
    if finish < start:
        raise ValueError(finish)
    return Draft(
        collection, line["件名"].strip()[:300], start, finish, all_day, line.get("場所", "").strip()[:300],
        line.get("メモ", "")[:10_000], line.get("非公開", "").strip().casefold() in _YES,
    )  # fmt: skip


def _clock(text: str) -> timedelta:
    """A time of day: 9:30, 24:30, 9:30:00, 9:30 PM, 午後 9:30. ValueError for anything else."""
    found = _CLOCK.fullmatch(unicodedata.normalize("NFKC", text).strip().casefold())
    if found is None:
        raise ValueError(text)
    hour, half = int(found["hour"]), found["before"] or found["after"] or ""
    if half:
        if hour > 12:
            raise ValueError(text)
        hour = hour % 12 + (12 if half in ("pm", "午後") else 0)
    return timedelta(hours=hour, minutes=int(found["minute"] or 0))


def _uid_of(draft: Draft) -> str:
    """The same row makes the same event, so that a table read twice adds nothing."""
    row = f"{draft.summary}|{draft.start}|{draft.end}|{draft.location}"
    return str(uuid.uuid5(uuid.NAMESPACE_OID, row))


def _plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _bounded(path: Path) -> bytes:
    try:
        raw = read_bounded(path, MOST_BYTES + 1)
    except OSError as error:
        raise _unreadable() from error
    if len(raw) > MOST_BYTES:
        raise _unreadable()
    return raw


def _unreadable() -> SuiteError:
    return SuiteError(
        _("ファイルを取り込めません。"),
        _("予定のファイル（.ics、.csv）として読めません。"),
        _("書き出し直したファイルを選んでください。CSV には「件名」と「開始日」の列が要ります。"),
        "CAL-030",
    )
