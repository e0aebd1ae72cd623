"""Dates as Japanese offices write them: 令和8年11月23日（月）, and what people type instead.

Eras of the Gregorian calendar only: from 明治6年1月1日 (1873-01-01, 明治5年太政官布告第337号).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _


@dataclass(frozen=True)
class _Era:
    letter: str
    name: str
    first: date  # the first day called by this era
    year_one: int


_ERAS = (
    _Era("R", "令和", date(2019, 5, 1), 2019),
    _Era("H", "平成", date(1989, 1, 8), 1989),
    _Era("S", "昭和", date(1926, 12, 25), 1926),
    _Era("T", "大正", date(1912, 7, 30), 1912),
    _Era("M", "明治", date(1873, 1, 1), 1868),
)

FIRST_DAY = _ERAS[-1].first
"""No day before it can be said."""

_SEPARATOR = r"\s*[./-]\s*"
_ERA_DATE = re.compile(
    r"(?P<era>[RHSTM]|令和|平成|昭和|大正|明治)\s*(?P<year>元|0?[1-9]|[1-9]\d)"
    rf"(?:\s*年\s*(?P<m1>\d{{1,2}})\s*月\s*(?P<d1>\d{{1,2}})\s*日|{_SEPARATOR}(?P<m2>\d{{1,2}}){_SEPARATOR}(?P<d2>\d{{1,2}}))"
    r"(?:\s*\((?P<weekday>[月火水木金土日])\))?",
    re.IGNORECASE | re.ASCII,
)
_WESTERN_DATE = re.compile(
    r"(?P<year>\d{4})"
    rf"(?:\s*年\s*(?P<m1>\d{{1,2}})\s*月\s*(?P<d1>\d{{1,2}})\s*日|{_SEPARATOR}(?P<m2>\d{{1,2}}){_SEPARATOR}(?P<d2>\d{{1,2}}))"
    r"(?:\s*\((?P<weekday>[月火水木金土日])\))?",
    re.ASCII,
)
_DASHES = str.maketrans("−‐‑–—ー／．", "------/.")  # minus signs NFKC keeps, and the long-vowel mark


def format_date(day: date) -> str:
    """令和8年11月23日（月）; the first year is 元年. ValueError before 明治6年 (1873)."""
    era = _era_of(day)
    number = day.year - era.year_one + 1
    return _("{era}{year}年{month}月{day}日（{weekday}）").format(
        era=_era_name(era),
        year=_("元") if number == 1 else number,
        month=day.month,
        day=day.day,
        weekday=_weekday(day),
        western=day.year,
    )


def format_month(day: date) -> str:
    """令和8年11月: the month that ``day`` lies in, by the era of its first day. ValueError before 1873."""
    era = _era_of(day.replace(day=1))
    number = day.year - era.year_one + 1
    return _("{era}{year}年{month}月").format(
        era=_era_name(era), year=_("元") if number == 1 else number, month=day.month
    )


def format_fiscal_year(year: int) -> str:
    """令和8年度: the one that begins on 1 April ``year``; 令和元年度 for 2019. ValueError before 1873."""
    era = _era_of(date(year, 12, 31))
    number = year - era.year_one + 1
    return _("{era}{year}年度").format(era=_era_name(era), year=_("元") if number == 1 else number)


def format_short_fiscal_year(year: int) -> str:
    """R8: the same under a column. ValueError before 1873."""
    era = _era_of(date(year, 12, 31))
    return f"{era.letter}{year - era.year_one + 1}"


def written_date(day: date) -> str:
    """As ``format_date``, in Japanese whatever the screen's language: for files that others read."""
    era = _era_of(day)
    year = _counted(day.year - era.year_one + 1)
    return f"{era.name}{year}年{day.month}月{day.day}日（{'月火水木金土日'[day.weekday()]}）"


def written_fiscal_year(day: date) -> str:
    """令和8年度: the one (from 1 April) that ``day`` lies in; for folders, so in Japanese in any language."""
    year = day.year if day.month >= 4 else day.year - 1
    era = _era_of(date(year, 12, 31))
    return f"{era.name}{_counted(year - era.year_one + 1)}年度"


def _counted(number: int) -> str:
    return "元" if number == 1 else str(number)


def format_datetime(moment: datetime) -> str:
    """令和8年11月23日（月）17:30, in Japanese time; a naive ``moment`` is taken to be Japanese time."""
    local = moment.astimezone(TOKYO) if moment.tzinfo else moment
    return _("{date}{time}").format(date=format_date(local.date()), time=local.strftime("%H:%M"))


def format_short(moment: datetime, *, seconds: bool = False) -> str:
    """R8.11.23（月）17:30, in Japanese time, for narrow columns; the first year is 1, as one types it."""
    local = moment.astimezone(TOKYO) if moment.tzinfo else moment
    time = local.strftime("%H:%M:%S" if seconds else "%H:%M")
    return _("{date}{time}").format(date=format_short_date(local.date()), time=time)


def format_short_date(day: date) -> str:
    """R8.11.23（月）. ValueError before 1873."""
    era = _era_of(day)
    return _("{letter}{year}.{month}.{day}（{weekday}）").format(
        letter=era.letter,
        year=day.year - era.year_one + 1,
        month=day.month,
        day=day.day,
        weekday=_weekday(day),
    )


def parse_date(text: str) -> date:
    """R8.11.23, 令和8年11月23日（月）, 昭和元年12月25日, 2026/11/23, 2026-11-23; full-width too.

    SuiteError DATE-001: not a date; DATE-002: the era did not have that day (the right one is named);
    DATE-003: another weekday stands beside it. Where two eras meet, the day belongs to the newer one.
    """
    plain = unicodedata.normalize("NFKC", text[:64]).translate(_DASHES).strip()
    if len(text) <= 64 and (match := _ERA_DATE.fullmatch(plain)):
        era = next(e for e in _ERAS if match["era"].upper() in (e.letter, e.name))
        year = era.year_one - 1 + (1 if match["year"] == "元" else int(match["year"]))
        return _checked(_day(match, year), match["weekday"], era)
    if len(text) <= 64 and (match := _WESTERN_DATE.fullmatch(plain)):
        return _checked(_day(match, int(match["year"])), match["weekday"], None)
    raise _not_a_date()


def _day(match: re.Match[str], year: int) -> date:
    try:
        return date(year, int(match["m1"] or match["m2"]), int(match["d1"] or match["d2"]))
    except ValueError as error:
        raise _not_a_date() from error


def _checked(day: date, weekday: str | None, era: _Era | None) -> date:
    if day < _ERAS[-1].first:
        raise _not_a_date()
    if era is not None and _era_of(day) is not era:
        raise SuiteError(
            _("日付を読み取れません。"),
            _("{era}にこの日はありません。").format(era=_era_name(era)),
            _("「{date}」ではありませんか。").format(date=format_date(day)),
            "DATE-002",
        )
    if weekday and "月火水木金土日"[day.weekday()] != weekday:
        raise SuiteError(
            _("日付を読み取れません。"),
            _("日付と曜日が合いません。"),
            _("正しくは「{date}」です。").format(date=format_date(day)),
            "DATE-003",
        )
    return day


def _weekday(day: date) -> str:
    return _("月 火 水 木 金 土 日").split()[day.weekday()]


def _era_of(day: date) -> _Era:
    for era in _ERAS:
        if day >= era.first:
            return era
    raise ValueError("eras are defined from 1873-01-01")


def _era_name(era: _Era) -> str:
    names = {"R": _("令和"), "H": _("平成"), "S": _("昭和"), "T": _("大正"), "M": _("明治")}
    return names[era.letter]


def _not_a_date() -> SuiteError:
    return SuiteError(
        _("日付を読み取れません。"),
        _("この書き方の日付はありません。"),
        _("「R8.11.23」「令和8年11月23日」「2026/11/23」のように入力してください。"),
        "DATE-001",
    )
