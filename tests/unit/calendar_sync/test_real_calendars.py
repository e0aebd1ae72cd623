"""Calendars that nobody here wrote: each opens or says why not, and no byte changes on the way."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from calendar_sync import edit, ics
from calendar_sync.model import Change, Scope
from calendar_sync.occurrences import expand
from calendar_sync.scan import scan
from calendar_sync.store import Store
from core.errors import SuiteError

ROOT = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "ics"
FILES = sorted(ROOT.rglob("*.ics")) if ROOT.is_dir() else []
NOW = datetime(2026, 11, 23).astimezone()


@pytest.mark.shared_data
@pytest.mark.parametrize("file", FILES or [None], ids=lambda f: f.stem if f else "none")
def test_it_opens_or_says_why_not_and_keeps_every_byte(
    file: Path | None, shared_data: Path, tmp_path: Path
) -> None:
    assert file is not None, shared_data
    raw, said = file.read_bytes(), ""
    try:
        tree = ics.parse(raw)
        scanned = scan(raw)
        expand(raw, scanned, date(2015, 1, 1), date(2016, 12, 31))
    except SuiteError as error:
        said = f"{error.code} {error.why}"
    else:
        assert tree.raw() == raw
        _an_edit_changes_only_its_lines(raw)
    assert not said or said.split(maxsplit=1)[0] in ("CAL-001", "CAL-002")
    store = Store(tmp_path / "cache.db")
    collection = store.remember_collection("/c/", "c", "")
    store.receive(collection, [("/c/1.ics", '"1"', raw)], first=False)
    kept = store.object_at(collection, "/c/1.ics")
    assert kept is not None
    assert kept.content == raw
    store.close()


def _an_edit_changes_only_its_lines(raw: bytes) -> None:
    """A new title on a real event: every other line stands as it was."""
    if not any(True for _event in ics.parse(raw).walk("VEVENT")):
        return
    changed = edit.changed(raw, Change(summary="新しい件名"), "", Scope.ALL, NOW)
    ours = {"SUMMARY", "SEQUENCE", "LAST-MODIFIED", "DTSTAMP"}
    before, after = (
        [x.raw for x in _lines(ics.parse(part)) if x.name not in ours] for part in (raw, changed)
    )
    assert before == after


def _lines(tree: ics.Component) -> list[ics.Line]:
    found: list[ics.Line] = []
    for part in tree.parts:
        found += [part] if isinstance(part, ics.Line) else _lines(part)
    return found
