"""An occurrence in words: on a block of the grid, in a list, for a screen reader."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from calendar_sync.attendance import Answer
from calendar_sync.model import Collection, Occurrence
from core.i18n import _
from core.wareki import format_date


def title(occurrence: Occurrence, collection: Collection | None) -> str:
    """Its title; somebody else's private event is only 予定あり."""
    if hidden(occurrence, collection):
        return _("予定あり")
    said = standing(occurrence)
    title_ = occurrence.summary or _("（件名なし）")
    return _("{standing}: {title}").format(standing=said, title=title_) if said else title_


def standing(occurrence: Occurrence) -> str:
    """中止, or what I have answered where it is not 参加; empty: an event like any other."""
    if occurrence.status == "CANCELLED":
        return _("中止")
    return "" if occurrence.answer in ("", Answer.YES) else answer_words(occurrence.answer)


def answer_words(answer: str) -> str:
    """参加, 未定, 欠席, 返事待ち"""
    return {Answer.YES: _("参加"), Answer.MAYBE: _("未定"), Answer.NO: _("欠席")}.get(
        Answer(answer), _("返事待ち")
    )


def hidden(occurrence: Occurrence, collection: Collection | None) -> bool:
    return occurrence.private and (collection is None or collection.kind == "person")


def clock(moment: datetime) -> str:
    return f"{moment.hour}:{moment.minute:02}"


def time_words(occurrence: Occurrence) -> str:
    """「10:00–11:30」, 「終日」, or with days where it runs over midnight."""
    start, end = occurrence.start, occurrence.end
    if occurrence.all_day:
        last = end - timedelta(days=1)
        if last.date() <= start.date():
            return _("終日")
        return _("{first}–{last}").format(first=short_day(start.date()), last=short_day(last.date()))
    if end.date() == start.date() or end - start < timedelta(hours=12):
        return f"{clock(start)}–{clock(end)}"
    return f"{short_day(start.date())} {clock(start)}–{short_day(end.date())} {clock(end)}"


def until_words(occurrence: Occurrence) -> str:
    """``time_words`` beside a column that names the first day: 「12/9（水）まで」"""
    last = occurrence.end - timedelta(days=1)
    if occurrence.all_day and last.date() > occurrence.start.date():
        return _("{last}まで").format(last=short_day(last.date()))
    return time_words(occurrence)


def short_day(day: date) -> str:
    """「11/24（火）」"""
    return _("{month}/{day}（{weekday}）").format(month=day.month, day=day.day, weekday=weekday(day))


def long_day(day: date) -> str:
    """「11月24日（火）」"""
    return _("{month}月{day}日（{weekday}）").format(month=day.month, day=day.day, weekday=weekday(day))


def weekday(day: date) -> str:
    return _("月 火 水 木 金 土 日").split()[day.weekday()]


def spoken(occurrence: Occurrence, collection: Collection | None) -> str:
    """The whole of it in one breath."""
    parts = [
        short_day(occurrence.start.date()),
        time_words(occurrence),
        title(occurrence, collection),
        "" if hidden(occurrence, collection) else occurrence.location,
        _("仮") if occurrence.status == "TENTATIVE" else "",
        _("繰り返し") if occurrence.repeats else "",
        _("見比べが必要") if occurrence.conflict else "",
        _("未送信") if occurrence.unsent else "",
        collection.name if collection is not None else "",
    ]
    return _("、").join(part for part in parts if part)


def when_words(start: datetime, end: datetime, all_day: bool) -> str:
    """What a quick entry has understood: 「12月2日（水）10:00–11:00」"""
    day = long_day(start.date())
    if all_day:
        last = (end - timedelta(days=1)).date()
        return day + _(" 終日") if last <= start.date() else f"{day}–{short_day(last)}"
    later = "" if end.date() == start.date() else _("翌") if (end.date() - start.date()).days == 1 else ""
    return f"{day}{clock(start)}–{later}{clock(end)}"


def range_words(first: date, last: date) -> str:
    """「令和8年11月23日–29日」 for the page's heading."""
    long = format_date(first)
    if first == last:
        return long
    plain = long.partition("（")[0]
    if first.month == last.month:
        return _("{first}–{day}日").format(first=plain, day=last.day)
    return _("{first}–{month}月{day}日").format(first=plain, month=last.month, day=last.day)
