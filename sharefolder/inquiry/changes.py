"""What has happened to an inquiry since it was asked: small files beside its record, only ever added.

Two offices that write at the same moment add two files, so neither loses anything and the server needs no
locks; nothing can be taken back, so a copy that somebody read long ago cannot undo what came after it.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sharefolder.inquiry.model import Inquiry
from sharefolder.inquiry.record import a_day

NAME = re.compile(r"経過-(\d{6})-[0-9a-f]{12}\.json")
QUESTION = re.compile(r"質問-(\d{6})-[0-9a-f]{12}\.json")
"""The same in a section's answer folder: what it asks."""
MAX_BYTES, MAX_CHANGES = 100_000, 1_000
_FORMAT, _LAST = 1, 999_999


@dataclass(frozen=True)
class Change:
    """``day``: when; ``question`` with its ``answer`` for all to read; ``due``: another due date;
    ``asked``: the key of a section's question that is answered by this."""

    day: date
    question: str = ""
    answer: str = ""
    due: date | None = None
    asked: str = ""


def file_name(before: Iterable[str], kind: re.Pattern[str] = NAME) -> str:
    """The name of a change by somebody who has seen the changes named ``before``: it comes after all of
    them, whatever this terminal's clock says, and nobody else takes it."""
    last = max((int(found[1]) for each in before if (found := kind.fullmatch(each))), default=0)
    return f"{kind.pattern[:2]}-{min(last + 1, _LAST):06}-{secrets.token_hex(6)}.json"


def written(change: Change) -> bytes:
    """The bytes of a change's file."""
    due = change.due.isoformat() if change.due else ""
    data = {"format": _FORMAT, "day": change.day.isoformat(), "due": due}
    data |= {"question": change.question, "answer": change.answer, "asked": change.asked}
    return json.dumps(data, ensure_ascii=False, indent=1).encode()


def parsed(content: bytes) -> Change:
    """ValueError if it is none of ours."""
    try:
        data = json.loads(content)
        if data["format"] != _FORMAT:
            raise ValueError("format")
        due = a_day(data["due"]) if data["due"] else None
        said = str(data["question"]), str(data["answer"])
        return Change(a_day(data["day"]), *said, due, str(data.get("asked", "")))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("format") from error


def applied(inquiry: Inquiry, changes: Iterable[Change]) -> Inquiry:
    """``inquiry`` after ``changes``, in the order of their names."""
    for change in changes:
        if change.question or change.answer:
            row = (change.day.isoformat(), change.question, change.answer)
            inquiry = replace(inquiry, questions=(*inquiry.questions, row))
        if change.asked:
            inquiry = replace(inquiry, answered=(*inquiry.answered, change.asked))
        if change.due is not None:
            inquiry = replace(inquiry, due=change.due)
    return inquiry
