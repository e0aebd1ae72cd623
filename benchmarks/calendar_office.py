"""What the schedule's figures are measured on: invented events, and servers that already hold them."""

from __future__ import annotations

import random
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from calendar_sync.remote import Credential, Remote

FIRST = datetime(2026, 4, 1)
_TITLES = (
    "課内ミーティング",
    "予算要求 打合せ",
    "議会答弁 すり合わせ",
    "市町村説明会",
    "現地調査",
    "研修",
    "面談",
    "入札審査会",
)
_PLACES = ("302会議室", "第一会議室", "第二会議室", "本庁舎 3階", "議会棟", "")
_ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo\r\nBEGIN:STANDARD\r\nDTSTART:19510909T010000\r\nTZOFFSETFROM:+1000\r\n"
    "TZOFFSETTO:+0900\r\nTZNAME:JST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)


def events(count: int, seed: int = 4) -> list[tuple[str, bytes]]:
    """(UID, object) of ``count`` events over two years, about 880 bytes each; one in eleven is a series."""
    chance = random.Random(seed)
    return [(uid, event(uid, chance)) for uid in (f"bench-{seed}-{n:06}" for n in range(count))]


def event(uid: str, chance: random.Random) -> bytes:
    start = FIRST + timedelta(days=chance.randrange(730), minutes=30 * chance.randrange(16, 38))
    end = start + timedelta(minutes=30 * chance.randrange(1, 6))
    rule = f"RRULE:FREQ=WEEKLY;COUNT={chance.randrange(4, 40)}\r\n" if chance.randrange(11) == 0 else ""
    memo = "資料は前日までに共有フォルダへ。\\n" * chance.randrange(2, 7)
    body = (
        f"UID:{uid}\r\nDTSTAMP:20261101T000000Z\r\nCREATED:20261101T000000Z\r\n"
        f"DTSTART;TZID=Asia/Tokyo:{start:%Y%m%dT%H%M%S}\r\nDTEND;TZID=Asia/Tokyo:{end:%Y%m%dT%H%M%S}\r\n{rule}"
        f"SUMMARY:{chance.choice(_TITLES)} {chance.randrange(1000)}\r\nLOCATION:{chance.choice(_PLACES)}\r\n"
        f"DESCRIPTION:{memo}\r\nCLASS:PUBLIC\r\nSTATUS:CONFIRMED\r\nSEQUENCE:{chance.randrange(4)}\r\n"
        "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT10M\r\nDESCRIPTION:お知らせ\r\nEND:VALARM\r\n"
    )
    head = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//JA\r\n{_ZONE}BEGIN:VEVENT\r\n"
    return f"{head}{body}END:VEVENT\r\nEND:VCALENDAR\r\n".encode()


_NAMES = b'<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>'
_QUERY = (
    b'<C:calendar-query xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><getetag/></prop>'
    b'<C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>'
)


class Office:
    """One account on a running server with a calendar ``cal`` whose files are ``folder``."""

    def __init__(self, name: str, address: str, home: str, credential: Credential, folder: Path) -> None:
        self.name, self.address, self.home, self.credential = name, address, home, credential
        self.collection = f"{home}cal/"
        self._folder = folder
        remote = Remote(address, credential)
        remote.make_calendar(self.collection, "bench")
        remote.close()

    def write(self, found: list[tuple[str, bytes]], message: str) -> None:
        """Lay ``found`` into the server's own storage, as a PUT of each would have left it; warm it up."""
        for uid, raw in found:
            (self._folder / f"{uid}.ics").write_bytes(raw)
        if (self._folder / ".git").is_dir():
            git = [
                "git",
                "-C",
                str(self._folder),
                "-c",
                "user.name=bench",
                "-c",
                "user.email=bench@localhost",
            ]
            subprocess.run([*git, "add", "."], check=True, capture_output=True)
            subprocess.run([*git, "commit", "-q", "-m", message], check=True, capture_output=True)
        self.warm()

    def warm(self) -> None:
        """The server reads its files once before anybody is timed, and once more for the index that it
        would have made as each event was put there (Xandikos)."""
        for method, question in (("PROPFIND", _NAMES), ("REPORT", _QUERY)):
            answer = httpx.request(
                method, self.address.rstrip("/") + self.collection, content=question,
                headers={"Depth": "1", "Content-Type": "application/xml"},
                auth=(self.credential.user, self.credential.password), timeout=1800, trust_env=False,
            )  # fmt: skip
            assert answer.status_code == 207, self.name
