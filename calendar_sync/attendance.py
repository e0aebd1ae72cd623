"""Who takes part in a meeting and what each has answered: ORGANIZER and ATTENDEE lines. Pure.

An answer is one person's word: it carries when it was given (``X-MAHOROBA-DTSTAMP``, the DTSTAMP of a REPLY
in RFC 5546 2.1.5), so that an older one never overwrites a newer one, whatever way the two have come.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from calendar_sync import ics
from calendar_sync.ics import Component, Line
from calendar_sync.times import stamp
from core.errors import SuiteError
from core.i18n import _

MOST_ATTENDEES = 300
MOST_COMMENT = 300
STAMP, COMMENT = "X-MAHOROBA-DTSTAMP", "X-MAHOROBA-COMMENT"
_CYRUS_STAMP = "X-DTSTAMP"  # what Cyrus notes when it takes in a REPLY
_FORM = "%Y%m%dT%H%M%SZ"


class Answer(StrEnum):
    """PARTSTAT (RFC 5545 3.2.12), as far as people here answer."""

    NONE = "NEEDS-ACTION"
    YES = "ACCEPTED"
    MAYBE = "TENTATIVE"
    NO = "DECLINED"


_ANSWERS = {answer.value: answer for answer in Answer}


@dataclass(frozen=True, slots=True)
class Attendee:
    """``address``: the calendar user address; ``stamp``: when the answer was given (UTC; empty: unsaid)."""

    address: str
    name: str
    answer: Answer = Answer.NONE
    stamp: str = ""
    comment: str = ""


def address_of(value: str) -> str:
    """A calendar user address, comparable: a mail address in any case, a principal's path as it stands."""
    value = value.strip()
    return value if value.startswith("/") else value.casefold()


def organiser_of(event: Component) -> str:
    """Its address; empty where there is none."""
    return address_of(event.value("ORGANIZER"))


def attendee_lines(event: Component) -> Iterator[Line]:
    return (line for line in event.lines() if line.name == "ATTENDEE")


def attendee(line: Line, written: str = "", reply: bool = False) -> Attendee:
    """``written``: the DTSTAMP of the event: of a ``reply``, when the answer was given; elsewhere only where
    the line does not say."""
    params, value = line.split()
    said = params.get("PARTSTAT", "").upper()
    answer = _ANSWERS.get(said, Answer.NONE)
    stamps = [params.get(name, "") for name in (STAMP, _CYRUS_STAMP)]
    given = max((s for s in [*stamps, written if reply else ""] if _valid(s)), default="")
    if not given and answer is not Answer.NONE and _valid(written):
        given = written
    name = ics.plain(params.get("CN", "")) or value.removeprefix("mailto:")
    comment = ics.plain(params.get(COMMENT, ""))
    return Attendee(value.strip(), name[:100], answer, given, comment[:MOST_COMMENT])


def attendees(event: Component) -> list[Attendee]:
    """Everybody, each once."""
    found: dict[str, Attendee] = {}
    for line in attendee_lines(event):
        one = attendee(line)
        found.setdefault(address_of(one.address), one)
    return list(found.values())


def line_for(event: Component, addresses: Collection[str]) -> Line | None:
    """The line of whoever is called one of ``addresses``."""
    return next((x for x in attendee_lines(event) if address_of(x.value) in addresses), None)


def put_answer(line: Line, answer: Answer, given: str, comment: str) -> None:
    """Change one person's answer; whatever else the line says stays."""
    changes = {"PARTSTAT": answer.value, STAMP: given, COMMENT: comment[:MOST_COMMENT], "RSVP": ""}
    if answer is Answer.NONE:
        changes["RSVP"] = "TRUE"
    line.raw = ics.with_params(line, {**changes, _CYRUS_STAMP: "", "SCHEDULE-STATUS": ""})


def new_line(who: Attendee, carried: bool) -> bytes:
    """``carried``: by us, so that a server that could does not do it as well (RFC 6638 7.1)."""
    line = Line("ATTENDEE", f"ATTENDEE:{who.address}\r\n".encode())
    agent = {"SCHEDULE-AGENT": "CLIENT"} if carried else {}
    line.raw = ics.with_params(line, {"CN": who.name, "ROLE": "REQ-PARTICIPANT", **agent})
    put_answer(line, who.answer, who.stamp, who.comment)
    return line.raw


def newer(said: Attendee, than: Attendee) -> bool:
    """The later of two answers by the same person; of two at once, the one that says more."""
    if said.answer is than.answer and said.comment == than.comment:
        return said.stamp > than.stamp
    first, second = ((a.stamp, a.answer is not Answer.NONE, a.comment != "") for a in (said, than))
    return first > second


def later(now: datetime, *than: str) -> str:
    """A stamp for an answer given ``now``: after those it replaces, whatever the clocks say."""
    newest = max((s for s in than if _valid(s)), default="")
    mine = stamp(now)
    if mine > newest:
        return mine
    moment = datetime.strptime(newest, _FORM).replace(tzinfo=UTC)
    return (moment + timedelta(seconds=1)).strftime(_FORM)


def refuse_crowd(root: Component) -> None:
    """SuiteError CAL-018 for more attendees than a meeting can have."""
    for event in root.walk("VEVENT"):
        if sum(1 for _line in attendee_lines(event)) > MOST_ATTENDEES:
            raise not_taken(_("参加者が多すぎます（{most} 人まで）。").format(most=MOST_ATTENDEES))


def not_taken(why: str) -> SuiteError:
    return SuiteError(
        _("会議の招待か返事を受け付けませんでした。"),
        why,
        _("あなたの予定は元のままです。送った人に確かめてください。"),
        "CAL-018",
    )


def _valid(text: str) -> bool:
    if len(text) != 16:
        return False
    try:
        return datetime.strptime(text, _FORM).year < 2200
    except ValueError:
        return False
