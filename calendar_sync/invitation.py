"""What an invitation and an answer do to a calendar object: the rules of RFC 5546, state by state. Pure.

The organiser's object says what the meeting is; each attendee's own copy says what that person has answered.
Nobody writes into anybody else's calendar: each side reads the other's object and changes its own by it. So
whatever is cut, repeated, late or lost on the way, both come to the same end.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from calendar_sync import ics
from calendar_sync.attendance import (
    Answer,
    Attendee,
    address_of,
    attendee,
    attendee_lines,
    later,
    line_for,
    new_line,
    newer,
    organiser_of,
    put_answer,
)
from calendar_sync.ics import Component, Line
from calendar_sync.merge import meaning
from calendar_sync.parts import Addresses, Parts
from calendar_sync.series import master_of, repeats
from calendar_sync.writing import touch


def invited(
    raw: bytes, me: Attendee, people: Sequence[Attendee], now: datetime, carried: bool = True
) -> bytes:
    """``raw`` as a meeting of ``me`` with ``people``: who is new is asked, who stays keeps the answer, who is
    not named is no longer invited. Nobody: no meeting any more."""
    tree = ics.parse(raw)
    wanted = {address_of(p.address): p for p in people if address_of(p.address) != address_of(me.address)}
    for event in tree.walk("VEVENT"):
        known = {address_of(line.value): line.raw for line in attendee_lines(event)}
        event.replace("ATTENDEE", None)
        organiser = ics.with_params(
            Line("ORGANIZER", f"ORGANIZER:{me.address}\r\n".encode()), {"CN": me.name}
        )
        event.replace("ORGANIZER", organiser if wanted else None)
        if wanted:
            mine = Attendee(me.address, me.name, Answer.YES)
            lines = [
                known.get(address_of(p.address)) or new_line(p, carried) for p in (mine, *wanted.values())
            ]
            at = sum(1 for part in event.parts if isinstance(part, Line))
            event.parts[at:at] = [Line("ATTENDEE", line) for line in lines]
        touch(event, now)
    return tree.raw()


def reset(before: bytes | None, after: bytes, me: Addresses, now: datetime) -> bytes:
    """``after`` an edit of one's own meeting: where its time has become another (or everything is, where
    there was no ``before``), everybody else is asked anew."""
    new, old = Parts(after), Parts(before) if before is not None else None
    if organiser_of(new.master) not in me:
        return after
    everything = old is None or old.when("") != new.when("")
    for name, event in new.events.items():
        if everything or (old is not None and old.when(name) != new.when(name)):
            for line in attendee_lines(event):
                if address_of(line.value) not in me:
                    put_answer(line, Answer.NONE, later(now, attendee(line).stamp), "")
    return new.tree.raw()


def restamped(before: bytes, after: bytes, now: datetime) -> bytes:
    """``after`` an answer was taken back: what differs is an answer of ``now``."""
    old, new = Parts(before), Parts(after)
    for name, event in new.events.items():
        for line in attendee_lines(event):
            then, said = old.said(name, [address_of(line.value)]), attendee(line)
            if then is not None and then.answer is not said.answer:
                put_answer(line, said.answer, later(now, said.stamp, then.stamp), said.comment)
    return new.tree.raw()


def renumbered(before: bytes, after: bytes, now: datetime) -> bytes:
    """``after`` as a newer version of the meeting than ``before`` (SEQUENCE, RFC 5546 2.1.4)."""
    tree = ics.parse(after)
    number = max(sequence(part) for raw in (before, after) for part in ics.parse(raw).walk("VEVENT"))
    for event in tree.walk("VEVENT"):
        event.replace("SEQUENCE", f"SEQUENCE:{number}\r\n".encode())
        touch(event, now)
    return tree.raw()


def sequence(event: Component) -> int:
    said = event.value("SEQUENCE")
    return int(said) if said.isdecimal() and len(said) < 9 else 0


def answered(
    raw: bytes, me: Addresses, answer: Answer, comment: str, now: datetime, recurrence: str = ""
) -> bytes:
    """``raw`` with my answer, to one occurrence or (no ``recurrence``) to all. An occurrence one is absent
    from is free time."""
    meeting = Parts(raw)
    events: Sequence[Component | None] = list(meeting.events.values())
    if recurrence and repeats(meeting.tree):
        events = [meeting.part(recurrence)]
    for event in events:
        line = line_for(event, me) if event is not None else None
        if event is not None and line is not None:
            put_answer(line, answer, later(now, attendee(line).stamp), comment)
            if answer is not Answer.NO and event.value("TRANSP").upper() == "TRANSPARENT":
                event.replace("TRANSP", None)
            _free_where_absent(event, answer)
    return meeting.tree.raw()


def cancelled(raw: bytes, now: datetime) -> bytes:
    """``raw`` called off; it stays, so that everybody can see that it is."""
    tree = ics.parse(raw)
    for event in tree.walk("VEVENT"):
        event.replace("STATUS", b"STATUS:CANCELLED\r\n")
        touch(event, now)
    return tree.raw()


def is_cancelled(raw: bytes) -> bool:
    return master_of(ics.parse(raw)).value("STATUS").upper() == "CANCELLED"


def taken(mine: bytes, copy: bytes, who: str) -> bytes:
    """My meeting with what ``who`` has answered in their own ``copy``; of that nothing else counts, and only
    what was said to the time that the meeting has."""
    meeting, theirs = Parts(mine), Parts(copy)
    changed = False
    for name in dict.fromkeys([*(() if theirs.is_reply else meeting.events), *theirs.events]):
        said, known = theirs.said(name, [who]), meeting.said(name, [who])
        if said is None or known is None or theirs.when(name) != meeting.when(name):
            continue
        if _counts(said, known, name not in meeting.events) and (event := meeting.part(name)) is not None:
            line = line_for(event, [who])
            if line is not None:
                put_answer(line, said.answer, said.stamp, said.comment)
                changed = True
    return meeting.tree.raw() if changed else mine


def _counts(said: Attendee, known: Attendee, closer: bool) -> bool:
    """Whether what is ``said`` takes the place of the ``known``. ``closer``: it is said to one occurrence,
    the other to the series; of two at once (one REPLY with both has one DTSTAMP) it is what holds."""
    at_once = said.stamp == known.stamp and said.answer not in (known.answer, Answer.NONE)
    return newer(said, known) or (closer and at_once)


def adopted(copy: bytes | None, theirs: bytes, me: Addresses) -> bytes:
    """My copy of a meeting as the organiser has it now (``theirs``): all of it is the organiser's but my
    answer, and my alarms."""
    new, mine = Parts(theirs), Parts(copy) if copy is not None else None
    for calendar in new.tree.children():
        calendar.replace("METHOD", None)
    for name, event in new.events.items():
        line = line_for(event, me)
        if line is not None:
            same = mine is not None and mine.when(name) == new.when(name)
            _keep_answer(line, mine.said(name, me) if mine is not None and same else None)
            _free_where_absent(event, attendee(line).answer)
        _keep_alarms(event, mine.events.get(name) if mine is not None else None)
    if mine is not None:
        for name in [n for n in mine.events if n not in new.events]:
            _keep_occurrence(new, mine, name, me)
    return new.tree.raw()


def _keep_occurrence(new: Parts, mine: Parts, name: str, me: Addresses) -> None:
    """What I have answered to one occurrence, as long as it is one and when it was."""
    said, whole = mine.said(name, me), new.said(name, me)
    if said is None or whole is None or not _counts(said, whole, True) or mine.when(name) != new.when(name):
        return
    event = new.part(name)
    line = line_for(event, me) if event is not None else None
    if event is not None and line is not None:
        put_answer(line, said.answer, said.stamp, said.comment)
        _free_where_absent(event, said.answer)


def _keep_answer(line: Line, mine: Attendee | None) -> None:
    """The organiser may ask anew, but never answer in my name."""
    theirs = attendee(line)
    if mine is not None and (not newer(theirs, mine) or theirs.answer is not Answer.NONE):
        given = max(mine.stamp, theirs.stamp) if mine.answer is theirs.answer else mine.stamp
        put_answer(line, mine.answer, given, mine.comment)
    elif theirs.answer is not Answer.NONE:
        put_answer(line, Answer.NONE, theirs.stamp, "")


def only_others_answers(copy: bytes, new: bytes, me: Addresses) -> bool:
    """Whether ``new`` differs from ``copy`` in nothing but what others have answered: not worth a write in
    each attendee's calendar for each answer."""
    return _without_others(copy, me) == _without_others(new, me)


def _without_others(raw: bytes, me: Addresses) -> object:
    tree = ics.parse(raw)
    for event in tree.walk("VEVENT"):
        for line in attendee_lines(event):
            if address_of(line.value) not in me:
                put_answer(line, Answer.NONE, "", "")
    return meaning(tree.raw())


def _free_where_absent(event: Component, answer: Answer) -> None:
    if answer is Answer.NO:
        event.replace("TRANSP", b"TRANSP:TRANSPARENT\r\n")


def _keep_alarms(event: Component, mine: Component | None) -> None:
    """Alarms are everybody's own."""
    event.parts = [p for p in event.parts if not (isinstance(p, Component) and p.name == "VALARM")]
    if mine is not None:
        event.parts += [p for p in mine.children() if p.name == "VALARM"]
