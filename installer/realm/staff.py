"""The sample staff of a realm. Their accounts (the numbers in small letters) take certificates only."""

from __future__ import annotations

from pathlib import Path

from auth.model import Person, Role
from auth.pin import Pins
from auth.register import open_register

PIN = "482913"  # of everybody: a realm holds nothing real
_NAMES = (
    "管理 花子",
    "佐藤 健",
    "鈴木 陽子",
    "高橋 誠",
    "田中 美咲",
    "伊藤 翔",
    "渡辺 結衣",
    "山本 大輔",
    "中村 彩",
    "小林 健太",
)
STAFF = {f"K{100300 + number}": name for number, name in enumerate(_NAMES)}


def register(data: Path) -> None:
    """Write them into the servers' register, the first as administrator."""
    people, pins = open_register("", data / "auth.db"), Pins()
    for index, (number, name) in enumerate(STAFF.items()):
        role = Role.STAFF if index else Role.IT
        encoded = pins.hash(PIN, number, len(PIN))
        people.add_person(Person(number, name, section="情報政策課", role=role), encoded, first=not index)
