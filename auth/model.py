"""The words of signing in, shared by the matcher, the terminal's agent and the window."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from core.errors import SuiteError
from core.i18n import _

if TYPE_CHECKING:  # the window shows these words before anything heavy is loaded
    import numpy as np
    from numpy.typing import NDArray

    from auth.face.guidance import Guidance

STAFF_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z-]{2,15}")


class Role(StrEnum):
    """What a person may do in *administration*: nothing, everything, or read the audit trail."""

    STAFF = "staff"
    IT = "it"
    AUDITOR = "auditor"


class Factor(StrEnum):
    """A kind of evidence. The value is what zone policies, statements and the audit trail write."""

    FACE = "face"
    PIN = "pin"
    TOTP = "totp"
    BREAK_GLASS = "break-glass"

    def words(self) -> str:
        """What people call it."""
        return {
            Factor.FACE: _("顔"),
            Factor.PIN: _("暗証番号"),
            Factor.TOTP: _("ワンタイムパスワード"),
            Factor.BREAK_GLASS: _("非常用コード"),
        }[self]


@dataclass(frozen=True)
class Person:
    """A staff member. ``group`` names the shared terminal group in which a face alone identifies (1:N)."""

    staff_number: str
    name: str
    kana: str = ""
    section: str = ""
    role: Role = Role.STAFF
    active: bool = True
    group: str = ""


@dataclass(frozen=True)
class Evidence:
    """One factor that held. ``alone`` is False where it counts only together with another factor."""

    factor: Factor
    time: float
    alone: bool = True
    detail: Mapping[str, str | int | float | bool] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Session:
    """Who sits here, by what evidence, in which network zone. Opened only from a verified statement."""

    person: Person
    evidence: tuple[Evidence, ...]
    zone: str
    started: datetime
    locked: bool = False
    offline_until: float | None = None
    """Of a session that this terminal opened itself, the office being away: until when it may (seconds since
    the epoch). Such a session has local rights only."""

    @property
    def factors(self) -> frozenset[Factor]:
        return frozenset(e.factor for e in self.evidence)


@dataclass(frozen=True)
class CameraView:
    """What the window draws for one frame. ``image`` is BGR uint8 (h, w, 3) as the camera gave it;
    the window mirrors it. ``box`` is (x, y, w, h) in its pixels; ``quality`` and ``ratio`` are 0..1
    (ratio: how far the present step is done). ``colour``: what the window around the mirror shows (sRGB,
    0..255), None for its own."""

    image: NDArray[np.uint8]
    guidance: Guidance
    quality: float = 0.0
    step: int = 0
    steps: int = 0
    ratio: float = 0.0
    box: tuple[float, float, float, float] | None = None
    colour: tuple[int, int, int] | None = None


@dataclass(frozen=True)
class Outcome:
    """How an attempt to sign in ended. ``sentence`` says why, ``next_step`` what to do, and
    ``next_factors`` which ways in to offer now, best first. ``timings`` are milliseconds per stage.
    ``notice``: the session is open, but without tickets for the network; it says why."""

    accepted: bool
    reason: str
    sentence: str
    next_step: str = ""
    next_factors: tuple[Factor, ...] = ()
    session: Session | None = None
    staff_number: str | None = None
    timings: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    notice: SuiteError | None = None


@dataclass(frozen=True)
class EnrolOutcome:
    """How an enrolment ended; ``frames`` good frames in ``poses`` poses went into the template."""

    accepted: bool
    reason: str
    sentence: str
    next_step: str = ""
    frames: int = 0
    poses: int = 0
    timings: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Consent:
    """Which consent text (by version) a person agreed to, and when."""

    version: str
    time: datetime


@dataclass(frozen=True)
class MyData:
    """What the suite keeps of one person's face: numbers about the numbers, never the numbers."""

    person: Person
    enrolled: datetime | None
    model: str = ""
    model_version: str = ""
    frames: int = 0
    poses: int = 0
    consent: Consent | None = None
    pin_set: bool = False


@dataclass(frozen=True)
class OneTimeCode:
    """A code just issued. ``code`` is shown once and kept only as a hash."""

    code: str
    staff_number: str
    expires: datetime


@dataclass(frozen=True)
class ImportReport:
    """Result of a CSV import: how many were added, and a sentence per line that was not."""

    added: int
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class SignedIn:
    session: Session


@dataclass(frozen=True)
class SignedOut:
    staff_number: str


@dataclass(frozen=True)
class Locked:
    staff_number: str
    reason: str  # "person" | "away" | "other-face" | "idle" | "office": to be seen there again


@dataclass(frozen=True)
class Unlocked:
    session: Session


@dataclass(frozen=True)
class WithoutTickets:
    """A session is open, but nobody made a certificate for it; ``error`` says why."""

    error: SuiteError


@dataclass(frozen=True)
class OfficeAway:
    """The office's matcher does not answer any longer."""


@dataclass(frozen=True)
class OfficeAnswers:
    """It answers again."""


@dataclass(frozen=True)
class BulletinsChanged:
    """A notice from IT was written or taken back on this machine."""


@dataclass(frozen=True)
class PeopleChanged:
    staff_number: str = ""


@dataclass(frozen=True)
class FaceEnrolled:
    staff_number: str


@dataclass(frozen=True)
class FaceDeleted:
    staff_number: str


def check_staff_number(text: str) -> str:
    """The staff number in its one spelling (half-width capitals), or SuiteError AUTH-001."""
    wide = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)}
    number = text.translate(wide).strip().upper() if len(text) <= 64 else ""
    if not STAFF_NUMBER.fullmatch(number):
        raise SuiteError(
            _("職員番号を読み取れませんでした。"),
            _("職員番号は 3〜16 文字の英数字です。"),
            _("職員証の番号を入力してください。"),
            "AUTH-001",
        )
    return number


def check_person(person: Person) -> Person:
    """``person`` with its texts trimmed, or SuiteError AUTH-002 if one is empty or too long."""
    name, kana, section = (t.strip() for t in (person.name, person.kana, person.section))
    too_long = max(map(len, (name, kana, section, person.group))) > 100
    if not name or too_long or any(not c.isprintable() for c in name + kana + section + person.group):
        raise SuiteError(
            _("この人を登録できませんでした。"),
            _("氏名が空か、100 文字を超える項目があります。"),
            _("氏名・ふりがな・所属を見直してください。"),
            "AUTH-002",
        )
    return Person(
        check_staff_number(person.staff_number),
        name,
        kana,
        section,
        Role(person.role),
        person.active,
        person.group.strip(),
    )
