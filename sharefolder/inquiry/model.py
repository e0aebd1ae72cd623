"""An inquiry, its form, and what came back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from functools import cached_property

from core.clock import TOKYO
from sharefolder.documents.areas import Area, Areas

KINDS = ("text", "number", "date")
PLACE = "照会"
"""The folder at the root of the share below which each inquiry has its own."""
RECORD, FORMS, ANSWERS = "照会.json", "様式", "回答"
ENDED = f"{PLACE}/終了"
"""Where inquiries go that are over, a folder a fiscal year."""


def handed_in(path: str) -> bool:
    """Whether what comes to ``path`` is of an inquiry: its time is that at which it was handed in, which a
    board goes by, not that at which somebody last saved it at home."""
    return f"{path}/".startswith(f"{PLACE}/")


@dataclass(frozen=True)
class Column:
    """A column of the form's table. ``index`` from 0; ``kind`` one of KINDS, chosen by whoever asks."""

    index: int
    name: str
    kind: str = "text"
    required: bool = False


@dataclass(frozen=True)
class Form:
    """Which cells of the template are its own and which are for answers. Rows and columns from 0.

    ``header_row``: the last row of headings; ``labels``: every cell that the template fills; ``last_row``: of
    a table whose rows are given, else None; ``header_top``, ``first_row``: where they are not ``header_row``
    and the row after it; ``calculated``: where the template has formulas, neither labels nor for answers;
    ``percent``: where it shows numbers as percent, None where nobody has looked; ``others``: its other sheets
    with what stands there (``whole.said``); ``shown``: those of ``sheets`` that are not hidden;
    ``macros``, ``remarks`` (``documents.remarks``; None where nobody has looked), ``hidden_rows`` (areas of
    column 0), ``hidden_columns``: what it has of these itself; ``scaled``: as ``percent``, of
    numbers shown in thousands.
    """

    sheet: str
    header_row: int
    columns: tuple[Column, ...]
    labels: dict[tuple[int, int], str]
    last_row: int | None = None
    sheets: tuple[str, ...] = ()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    header_top: int | None = None
    first_row: int | None = None
    calculated: tuple[Area, ...] = ()
    percent: tuple[Area, ...] | None = None
    others: tuple[tuple[str, str], ...] = ()
    shown: tuple[str, ...] = ()
    macros: bool = False
    remarks: str | None = None
    hidden_rows: tuple[Area, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    scaled: tuple[Area, ...] | None = None

    @property
    def top(self) -> int:
        """The first row of headings."""
        return self.header_row if self.header_top is None else self.header_top

    @property
    def first(self) -> int:
        """The first row of the table."""
        return self.header_row + 1 if self.first_row is None else self.first_row

    def over(self, place: tuple[int, int]) -> str:
        """The template's text that is merged over ``place`` from a row above it in its column."""
        row, column = place
        starts = (m[:2] for m in self.merged if m[1] <= column <= m[3] and self.first <= m[0] < row <= m[2])
        start = next(starts, None)
        return self.labels.get(start, "").strip() if start is not None and start[1] == column else ""

    @cached_property
    def computed(self) -> Areas:
        """``calculated``, to look into."""
        return Areas(self.calculated)

    @cached_property
    def scales(self) -> Areas:
        """``scaled``, to look into."""
        return Areas(self.scaled or ())

    @cached_property
    def percents(self) -> Areas:
        """``percent``, to look into."""
        return Areas(self.percent or ())


@dataclass(frozen=True)
class Who:
    """Whoever acts: staff number and section; empty where nobody is signed in."""

    number: str = ""
    section: str = ""


@dataclass(frozen=True)
class Inquiry:
    """``folder``: its path on the share; ``digest``: BLAKE3 of the template's bytes."""

    title: str
    folder: str
    due: date
    sections: tuple[str, ...]
    template: str
    digest: str
    form: Form
    notes: str = ""
    asked: date | None = None
    by: str = ""
    closed: bool = False
    questions: tuple[tuple[str, str, str], ...] = ()  # (date, question, answer), for all to read
    asking: str = ""  # the section that asks
    answered: tuple[str, ...] = ()  # keys of the sections' questions that have their answer
    guarded: tuple[str, ...] = ()  # sections whose answer folder only they and the asking section may open

    def overdue(self, reading: Reading) -> bool:
        """Whether what is handed in was saved after the due date (in Japan)."""
        when = reading.changed if reading.handed_in else None
        return when is not None and when.astimezone(TOKYO).date() > self.due

    def answer_folder(self, section: str) -> str:
        """Where ``section`` answers."""
        return f"{self.folder}/{ANSWERS}/{section}"

    def asked_by(self, who: Who) -> bool:
        """Whether ``who`` asks: in person, or with the section's others; anybody where it was not kept."""
        return not self.by or who.number == self.by or bool(self.asking and who.section == self.asking)


NOBODY = Who()


class State(Enum):
    """Where one section stands."""

    UNOPENED = "unopened"
    OPEN = "open"
    ANSWERED = "answered"
    LATE = "late"
    WRONG_FORM = "wrong form"
    GONE = "gone"  # the section's folder or workbook is no longer there
    DOUBT = "doubt"
    UNSEEN = "unseen"  # another section's: this reader may not look into its folder


@dataclass(frozen=True)
class Doubt:
    """Something a person decides. ``proposal``: what it probably means; never put in by itself."""

    section: str
    file: str
    sheet: str
    cell: str
    raw: str
    why: str
    proposal: str = ""


@dataclass(frozen=True)
class Value:
    """One answer with where it comes from. ``value``: float, date, text; the raw text where in doubt.
    ``index``: of its column on the sheet; ``column``: that column's heading, or the label on its left."""

    section: str
    row: int
    index: int
    column: str
    value: float | date | str
    raw: str
    file: str
    sheet: str
    cell: str
    changed: datetime
    digest: str
    doubtful: bool = False


@dataclass(frozen=True)
class Question:
    """What ``section`` asks. ``key``: of its file among all."""

    section: str
    key: str
    day: date
    text: str


@dataclass(frozen=True)
class Reading:
    """What one section's folder says now."""

    section: str
    state: State
    reason: str = ""
    file: str = ""
    changed: datetime | None = None
    values: tuple[Value, ...] = ()
    doubts: tuple[Doubt, ...] = field(default=())
    asked: tuple[Question, ...] = ()
    beside: bool = False  # other files lie there that may be the answer

    @property
    def awaited(self) -> bool:
        """Whether it is reminded: nothing has come that could be an answer."""
        return not self.handed_in and not self.beside and self.state is not State.UNSEEN

    @property
    def handed_in(self) -> bool:
        """Whether there is an answer that can be read; what is in doubt as a whole (damaged, with a password,
        two workbooks) is none yet."""
        return self.state is State.ANSWERED or (self.state is State.DOUBT and bool(self.values))


def reference(row: int, column: int) -> str:
    """(2, 1) → ``"B3"``."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"
