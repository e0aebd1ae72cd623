"""A person's edit as changed lines: what was not edited keeps its bytes. Pure."""

from __future__ import annotations

from datetime import datetime

from calendar_sync import ics
from calendar_sync.model import Change, Draft, Scope
from calendar_sync.series import (
    drop,
    end_before,
    identity_of,
    keep_dates,
    makes,
    master_of,
    moment_like,
    original_span,
    override_for,
    overrides_of,
    passed,
    repeats,
    rule_of,
    set_rule,
    shift_series,
)
from calendar_sync.times import identity, stamp
from calendar_sync.writing import (
    TOKYO_ZONE,
    apply,
    impossible,
    line_of,
    property_text_like,
    put_times,
    start_of,
    time_line,
    touch,
)

_HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Mahoroba//Mahoroba//JA\r\n"


def new_event(draft: Draft, uid: str, now: datetime) -> bytes:
    """A calendar object for ``draft``."""
    lines = [f"UID:{uid}", f"DTSTAMP:{stamp(now)}", f"CREATED:{stamp(now)}"]
    lines += [time_line("DTSTART", draft.start, draft.all_day), time_line("DTEND", draft.end, draft.all_day)]
    lines.append(f"SUMMARY:{ics.escape(draft.summary)}")
    lines += [f"LOCATION:{ics.escape(draft.location)}"] if draft.location else []
    lines += [f"DESCRIPTION:{ics.escape(draft.memo)}"] if draft.memo else []
    lines += ["CLASS:PRIVATE"] if draft.private else []
    lines += ["STATUS:TENTATIVE"] if draft.tentative else []
    lines += [f"X-MAHOROBA-HOLD:{draft.hold}"] if draft.hold else []
    body = b"".join(ics.fold(line) for line in lines)
    zone = "" if draft.all_day else TOKYO_ZONE
    return (_HEAD + zone + "BEGIN:VEVENT\r\n").encode() + body + b"END:VEVENT\r\nEND:VCALENDAR\r\n"


def changed(raw: bytes, change: Change, recurrence: str, scope: Scope, now: datetime) -> bytes:
    """``raw`` with ``change`` made to one occurrence (THIS) or to all. SuiteError CAL-003 where it has no
    meaning."""
    tree = ics.parse(raw)
    master = master_of(tree)
    if recurrence and scope is Scope.THIS and repeats(tree):
        apply(tree, override_for(tree, master, recurrence), change, now)
    elif recurrence and repeats(tree):
        shift_series(tree, master, recurrence, change, now)
    else:
        apply(tree, master, change, now)
    return tree.raw()


def copied(raw: bytes, uid: str, now: datetime) -> bytes:
    """``raw`` as an event of its own, no longer one with the original."""
    tree = ics.parse(raw)
    for event in tree.walk("VEVENT"):
        event.replace("UID", ics.fold(f"UID:{uid}"))
        for name in ("X-MAHOROBA-HOLD", "ORGANIZER", "ATTENDEE"):
            event.replace(name, None)
        touch(event, now)
    return tree.raw()


def confirmed(raw: bytes, now: datetime) -> bytes:
    """``raw`` no longer provisional."""
    tree = ics.parse(raw)
    for event in tree.walk("VEVENT"):
        event.replace("STATUS", b"STATUS:CONFIRMED\r\n")
        touch(event, now)
    return tree.raw()


def without(raw: bytes, recurrence: str, scope: Scope, now: datetime) -> bytes | None:
    """``raw`` without one occurrence, or without it and those after it; None: nothing is left."""
    tree = ics.parse(raw)
    master = master_of(tree)
    if not recurrence or scope is Scope.ALL or not repeats(tree):
        return None
    if scope is Scope.FUTURE:
        if identity(start_of(tree, master)) >= recurrence:
            return None
        end_before(tree, master, recurrence)
    else:
        alone = master.first("RECURRENCE-ID") is not None  # single occurrences of a series that is elsewhere
        for extra in [e for e in overrides_of(tree) if identity_of(tree, e) == recurrence]:
            drop(tree, extra)
        if alone:
            return tree.raw() if overrides_of(tree) else None
        original = moment_like(tree, master, recurrence)
        master.parts.append(line_of(property_text_like("EXDATE", original, master)))
    touch(master, now)
    return tree.raw()


def split(raw: bytes, change: Change, recurrence: str, uid: str, now: datetime) -> tuple[bytes | None, bytes]:
    """ "This and those after": the series ended before ``recurrence``, and a new one from there with
    ``change``."""
    before = without(raw, recurrence, Scope.FUTURE, now)
    tree = ics.parse(raw)
    master = master_of(tree)
    current = original_span(tree, master, recurrence)
    rule = rule_of(master)
    if rule and not makes(raw, recurrence):
        raise impossible()
    if (count := rule.get("COUNT", "")).isdecimal():
        set_rule(master, {**rule, "COUNT": str(max(1, int(count) - passed(raw, recurrence)))})
    for extra in list(overrides_of(tree)):
        if identity_of(tree, extra) < recurrence:
            drop(tree, extra)
    keep_dates(tree, master, lambda name: name > recurrence)
    put_times(tree, master, current.start, current.end, current.all_day)
    for entry in [master, *overrides_of(tree)]:
        entry.replace("UID", ics.fold(f"UID:{uid}"))
    shift_series(tree, master, recurrence, change, now)
    return before, tree.raw()
