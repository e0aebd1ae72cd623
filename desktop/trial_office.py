"""The sample office of the trial: colleagues, a section's calendar and rooms, made through the real service.

Everybody in it is invented. What is made here goes the way a person's own events go: cache, journal, server.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime, timedelta

from calendar_sync import edit
from calendar_sync.attendance import Attendee
from calendar_sync.files import one_calendar
from calendar_sync.holidays import holiday
from calendar_sync.model import Draft, Owner
from calendar_sync.service import Schedule, Schedules

SECTION = "情報政策課"
INVITATION = "窓口の改善 検討会"
CROWD = 26  # with the section, thirty: a meeting that nobody wants to arrange by telephone
COLLEAGUES = (
    Owner("K100301", "佐藤 健", SECTION),
    Owner("K100302", "鈴木 陽子", SECTION),
    Owner("K100303", "高橋 誠", SECTION),
    Owner("K100304", "田中 美咲", SECTION),
)

_MINE = (
    ("課内ミーティング", "302会議室", 8.75, 0.5),
    ("システム更改 定例会", "第一会議室", 10, 1.5),
    ("予算要求 打合せ", "", 13.5, 1),
    ("議会答弁 すり合わせ", "第二会議室", 15, 1),
    ("部長説明", "部長室", 16, 0.5),
    ("市町村 説明会の準備", "", 11, 1),
)
_FAMILIES = (
    "伊藤",
    "渡辺",
    "中村",
    "小林",
    "加藤",
    "吉田",
    "山田",
    "佐々木",
    "山口",
    "松本",
    "井上",
    "木村",
    "林",
)
_GIVEN = ("大輔", "愛", "直樹", "由美", "翔太", "恵", "和也", "香織", "拓也")
_THEIRS = ("庁内 LAN 工事立会い", "調達 仕様確認", "電話当番", "面談", "研修の講師", "ベンダー打合せ")


def furnish(schedules: Schedules, owner: Owner, today: date, crowd: int = 0) -> None:
    """Fill the schedule of ``owner`` and of the sample colleagues around ``today``, once. Takes seconds.

    ``crowd``: people of other sections besides, for a meeting of many.
    """
    mine = schedules.of(owner)
    monday = datetime.combine(today - timedelta(days=today.weekday()), datetime.min.time())
    whole = mine.between(monday - timedelta(days=7), monday + timedelta(days=21), everything=True)
    if whole:
        return
    chance = random.Random(8)  # noqa: S311 - a sample office, the same each time
    _person(mine, monday, chance, _MINE)
    section = next((c.id for c in mine.collections() if c.kind == "section"), 1)
    for day, title in ((3, "消防訓練"), (10, "県議会 一般質問")):
        start = monday + timedelta(days=day)
        mine.create(Draft(section, title, start, start + timedelta(days=1), True))
    mine.create(
        Draft(1, "出張（全国知事会 事務局）", monday + timedelta(days=8), monday + timedelta(days=10), True)
    )
    for number, name in enumerate(("第一会議室", "第二会議室", "302会議室"), 1):
        mine.subscribe(f"/room-{number}/main/", name, "room", writable=True)
    for colleague in COLLEAGUES:
        if colleague.staff_number != owner.staff_number:
            theirs = schedules.of(colleague)
            titles = [(t, "", 9.0 + 1.5 * n, 1.0) for n, t in enumerate(chance.sample(_THEIRS, 4))]
            _person(theirs, monday, chance, titles)
            if colleague is _organiser(owner):
                _invite(theirs, owner, monday)
            theirs.sync()
            mine.subscribe(theirs.collections()[0].href, colleague.name, "person")
    for number in range(crowd):
        _stranger(schedules, mine, number, monday, chance)
    mine.sync()


def _organiser(owner: Owner) -> Owner:
    return next(c for c in COLLEAGUES if c.staff_number != owner.staff_number)


def _invite(theirs: Schedule, owner: Owner, monday: datetime) -> None:
    """A meeting next week that waits for the answer of ``owner``."""
    start = monday + timedelta(days=8, hours=14)
    draft = Draft(1, INVITATION, start, start + timedelta(hours=1), location="第一会議室")
    event = theirs.create(draft).steps[0][0]
    others = [c for c in COLLEAGUES if c.staff_number not in (owner.staff_number, theirs.owner.staff_number)]
    theirs.invite(event, [Attendee(f"/{o.staff_number}/", o.name) for o in (owner, *others)])


def _stranger(
    schedules: Schedules, mine: Schedule, number: int, monday: datetime, chance: random.Random
) -> None:
    """Somebody of another section, whose whole calendar goes to the server in one request."""
    user, name = f"K2{number:05}", f"{_FAMILIES[number % len(_FAMILIES)]} {_GIVEN[number % len(_GIVEN)]}"
    raws = []
    for day in range(14):
        at = monday + timedelta(days=day)
        if at.weekday() < 5 and chance.random() < 0.7:
            start = at + timedelta(hours=chance.choice((9, 10, 13, 15)))
            draft = Draft(1, chance.choice(_THEIRS), start, start + timedelta(hours=1))
            raws.append(edit.new_event(draft, f"{user}-{day}", monday.astimezone()))
    with closing(schedules.server.remote(user)) as remote:
        remote.calendars(f"/{user}/")  # the server makes a person's folder at the first sign-in
        remote.put(f"/{user}/main/", one_calendar(raws), "")
    mine.subscribe(f"/{user}/main/", name, "person")


def _person(
    schedule: Schedule,
    monday: datetime,
    chance: random.Random,
    kinds: Sequence[tuple[str, str, float, float]],
) -> None:
    for day in range(-7, 14):
        at = monday + timedelta(days=day)
        if at.weekday() < 5 and not holiday(at.date()):
            for title, place, hour, length in chance.sample(list(kinds), chance.randint(1, 3)):
                start = at + timedelta(hours=hour)
                draft = Draft(
                    1, title, start, start + timedelta(hours=length), False, place,
                    private=title == "面談", tentative=chance.random() < 0.12,
                )  # fmt: skip
                schedule.create(draft)
