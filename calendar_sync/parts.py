"""A meeting taken apart: the series and the occurrences of it that are different, by name. Pure."""

from __future__ import annotations

from collections.abc import Collection

from calendar_sync import ics
from calendar_sync.attendance import Attendee, attendee, line_for, not_taken, refuse_crowd
from calendar_sync.ics import Component, Line
from calendar_sync.occurrences import expand
from calendar_sync.scan import Span, file_zones, moment, scan, span
from calendar_sync.series import master_of, occurrence_span, override_for, rule_of
from calendar_sync.times import identity, parse_moment, wall
from core.i18n import _

MOST_PARTS = 400
Addresses = Collection[str]
When = tuple[Span | None, tuple[tuple[str, str], ...]]


class Parts:
    """``events``: each part by its RECURRENCE-ID (``times.identity``), the series itself by "". A reply
    (``is_reply``, RFC 5546) has only those parts that it answers to.

    SuiteError CAL-001 for what is no calendar object, CAL-018 for one of a size that no meeting has.
    """

    def __init__(self, raw: bytes) -> None:
        self.tree = ics.parse(raw)
        self._raw = raw
        refuse_crowd(self.tree)
        self.master = master_of(self.tree)
        methods = [c.value("METHOD").upper() for c in self.tree.children()]
        self.is_reply = "REPLY" in methods
        self._zones = file_zones(self.tree)
        self.events: dict[str, Component] = {}
        for event in self.tree.walk("VEVENT"):
            self.events.setdefault(self._name(event), event)
            if len(self.events) > MOST_PARTS:
                raise not_taken(_("繰り返しの例外が多すぎます（{most} 回まで）。").format(most=MOST_PARTS))

    def _name(self, event: Component) -> str:
        original = moment(event, "RECURRENCE-ID", self._zones, {})
        return identity(original) if original is not None else ""

    def when(self, name: str) -> When:
        """The time of a part: what an answer is an answer to. A series that ends earlier is the same one."""
        event = self.events.get(name)
        if event is None:
            return (occurrence_span(self.tree, self.master, name) if name else None), ()
        rule = {} if name else rule_of(self.master)
        fixed = sorted((k, v) for k, v in rule.items() if k not in ("UNTIL", "COUNT"))
        return span(event, self._zones, {}), tuple(fixed)

    def line(self, name: str, addresses: Addresses) -> Line | None:
        """The ATTENDEE line that holds for that part."""
        return line_for(self.events.get(name, self.master), addresses)

    def said(self, name: str, addresses: Addresses) -> Attendee | None:
        """Who is called one of ``addresses``, and what they say to that part."""
        event = self.events.get(name, self.master)
        line = line_for(event, addresses)
        return attendee(line, event.value("DTSTAMP"), self.is_reply) if line is not None else None

    def part(self, name: str) -> Component | None:
        """The part of its own for one occurrence, made if need be; None where the series has no such one or
        has too many already."""
        if name not in self.events and len(self.events) < MOST_PARTS and self._happens(name):
            self.events[name] = override_for(self.tree, self.master, name)
        return self.events.get(name)

    def _happens(self, name: str) -> bool:
        original = parse_moment(name, {})
        if original is None:
            return False
        day = wall(original).date()
        return any(entry.recurrence == name for entry in expand(self._raw, scan(self._raw), day, day))
