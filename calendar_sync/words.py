"""Events in words, as staff write them: 「来週水 10-11 課内会議 302」「R8.12.1 終日 出張」. Pure.

Hours go to 30, for work that runs over midnight. What is not understood is the title: nothing typed is lost.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.errors import SuiteError
from core.wareki import parse_date

LIMIT = 300
_WEEKDAYS = "月火水木金土日"
_NEAR = {
    "昨日": -1,
    "今日": 0,
    "本日": 0,
    "明日": 1,
    "あす": 1,
    "あした": 1,
    "明後日": 2,
    "あさって": 2,
    "明々後日": 3,
}
_WEEKS = {"先週": -1, "今週": 0, "来週": 1, "翌週": 1, "再来週": 2}
_WEEKDAY = re.compile(rf"({'|'.join(_WEEKS)})?の?([{_WEEKDAYS}])(?:曜日?)?")
_MONTH_DAY = re.compile(r"(\d{1,2})(?:/|月)(\d{1,2})日?(?:\(?[月火水木金土日]\)?)?")
_DAY = re.compile(r"(\d{1,2})日(?:\(?[月火水木金土日]\)?)?")
_CLOCK = r"(午前|午後|AM|PM)?(\d{1,2})(?:[:時](\d{2}|半)?分?)?"
_RANGE = re.compile(rf"{_CLOCK}(?:-|~|〜|から|より){_CLOCK}(?:まで)?", re.IGNORECASE)
_MOMENT = re.compile(r"(午前|午後|AM|PM)?(\d{1,2})[:時](\d{2}|半)?分?(?:から|より|[-~〜])?", re.IGNORECASE)
_LENGTH = re.compile(r"(?:(\d{1,2})時間)?(?:(\d{1,3})分|(半))?")
_ROOM = re.compile(r"[A-Za-z]?\d{3,4}|.+(?:室|ホール|講堂|会議場|公民館|センター|庁舎|現地)|@.+")


@dataclass(frozen=True, slots=True)
class Understood:
    """What the words mean; an all-day ``end`` is exclusive."""

    start: datetime
    end: datetime
    all_day: bool
    summary: str
    location: str
    private: bool = False


def understand(
    text: str, today: date, at: datetime | None = None, rooms: Sequence[str] = (), minutes: int = 60
) -> Understood:
    """Read ``text``. ``at``: the place on the grid it was typed at (a midnight: that day). ``minutes``:
    default length.

    ``rooms``: names that are places even where they do not look like one. Never raises.
    """
    words = unicodedata.normalize("NFKC", text[:LIMIT]).replace("、", " ").split()
    state = _State(today, at.date() if at is not None else today)
    rest = [word for word in words if not state.take(word)]
    location = _take_room(rest, rooms)
    start, end, all_day = state.times(at, minutes)
    return Understood(start, end, all_day, " ".join(rest), location, state.private)


class _State:
    def __init__(self, today: date, default: date) -> None:
        self._today, self._default = today, default
        self.first: date | None = None
        self.last: date | None = None
        self.begin: int | None = None  # minutes from midnight
        self.finish: int | None = None
        self.length: int | None = None
        self.all_day = False
        self.private = False

    def take(self, word: str) -> bool:
        """Whether ``word`` says when."""
        if word in ("終日", "一日", "1日中", "全日"):
            self.all_day = True
        elif word in ("非公開", "個人"):
            self.private = True
        elif (self.first is None and self._days(word)) or (self.begin is None and self._clock(word)):
            pass
        elif self.length is None and self.finish is None and (length := _length(word)):
            self.length = length
        else:
            return False
        return True

    def _days(self, word: str) -> bool:
        parts = re.split(r"[~〜]|から|(?<=[日\d)])-(?=[\dRHrh令])", word.removesuffix("まで"))
        if len(parts) == 2 and not re.fullmatch(r"[\d:時半分]+", parts[0]):
            first, last = self._day(parts[0]), self._day(parts[1], self._day(parts[0]))
            if first is not None and last is not None and first <= last <= first + timedelta(days=366):
                self.first, self.last = first, last
                return True
        self.first = self._day(word.removesuffix("は").removesuffix("の"))
        return self.first is not None

    def _day(self, word: str, after: date | None = None) -> date | None:
        if word in _NEAR:
            return self._today + timedelta(days=_NEAR[word])
        if match := _WEEKDAY.fullmatch(word):
            return self._weekday(match[1], _WEEKDAYS.index(match[2]))
        if match := _MONTH_DAY.fullmatch(word):
            return _coming(after or self._today, int(match[1]), int(match[2]))
        if match := _DAY.fullmatch(word):
            base = after or self._today
            return _coming(base, base.month, int(match[1])) or _coming(
                base, base.month % 12 + 1, int(match[1])
            )
        try:
            return parse_date(word)
        except SuiteError:
            return None

    def _weekday(self, week: str | None, day: int) -> date:
        monday = self._today - timedelta(days=self._today.weekday())
        if week:
            return monday + timedelta(weeks=_WEEKS[week], days=day)
        return self._today + timedelta(days=(day - self._today.weekday()) % 7)

    def _clock(self, word: str) -> bool:
        if match := _RANGE.fullmatch(word):
            begin, end = _minutes(*match.groups()[:3]), _minutes(*match.groups()[3:])
            if begin is not None and end is not None:
                if end <= begin and end + 720 > begin and match[1] in ("午後", "PM", "pm") and not match[4]:
                    end += 720
                if begin < end:
                    self.begin, self.finish = begin, end
                    return True
            return False
        if match := _MOMENT.fullmatch(word):
            self.begin = _minutes(*match.groups())
        return self.begin is not None

    def times(self, at: datetime | None, minutes: int) -> tuple[datetime, datetime, bool]:
        first = self.first or self._default
        midnight = datetime(first.year, first.month, first.day)
        if self.last is not None and self.begin is None:
            return midnight, midnight + timedelta(days=(self.last - first).days + 1), True
        begin = self.begin
        if begin is None and not self.all_day and at is not None and (at.hour or at.minute):
            begin = at.hour * 60 + at.minute
        if begin is None or self.all_day:
            return midnight, midnight + timedelta(days=1), True
        start = midnight + timedelta(minutes=begin)
        if self.finish is not None:
            return start, midnight + timedelta(minutes=self.finish), False
        return start, start + timedelta(minutes=self.length or minutes), False


def _minutes(half: str | None, hour: str, minute: str | None) -> int | None:
    number = int(hour)
    if half and half.upper() in ("午後", "PM") and number < 12:
        number += 12
    past = 30 if minute == "半" else int(minute or 0)
    return number * 60 + past if number * 60 + past <= 30 * 60 and past < 60 else None


def _length(word: str) -> int | None:
    match = _LENGTH.fullmatch(word)
    if match is None or not word:
        return None
    total = int(match[1] or 0) * 60 + (30 if match[3] and match[1] else int(match[2] or 0))
    return total if 0 < total <= 24 * 60 else None


def _coming(base: date, month: int, day: int) -> date | None:
    """The next such day from a little before ``base`` on; people write 4/1 in November and mean next year."""
    for year in (base.year, base.year + 1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= base - timedelta(days=60):
            return found
    return None


def _take_room(rest: list[str], rooms: Sequence[str]) -> str:
    """The place: a known room, or the last word where it looks like one and a title remains."""
    known = {unicodedata.normalize("NFKC", room): room for room in rooms}
    for word in rest:
        if len(rest) > 1 and word in known:
            rest.remove(word)
            return known[word]
    for word in rest:
        if word.startswith("@") and len(word) > 1:
            rest.remove(word)
            return word[1:]
    if len(rest) > 1 and _ROOM.fullmatch(rest[-1]):
        return rest.pop()
    return ""
