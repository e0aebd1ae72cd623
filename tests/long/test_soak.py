"""Eight simulated hours of one person's desk, everything going wrong in turn: nothing lost, nothing leaked.

The clock is compressed: a tick is five minutes of work, done as fast as it goes. Window, sign-in, schedule
and share are the suite's own, in a process of their own; the office's calendar server and Samba are real.
``MAHOROBA_SOAK_SEED`` repeats a day.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from calendar_sync.remote import Credential, Remote
from calendar_sync.servers import office_list
from calendar_sync.servers.radicale_auth import AppPasswords
from tests.fakes.cut import Wire, wire
from tests.fakes.samba import PASSWORD, Samba, running

ROOT = Path(__file__).resolve().parents[2]
TICKS = 96
WARM = 24
"""Two simulated hours, after which every page has been opened several times: growth is counted from here."""
MOST_GROWTH = 1.05
LIST = "種別,番号,名前,部局,所属,異動日\n職員,K100234,山本 花子,総務部,情報政策課,\n"
SERVE = (
    "import sys; from pathlib import Path;"
    "from calendar_sync.servers.radicale_server import application, serving;"
    "serving(application(Path(sys.argv[1]), office=True), ('127.0.0.1', int(sys.argv[2]))).serve_forever()"
)
pytestmark = [
    pytest.mark.long,
    pytest.mark.root,
    pytest.mark.timeout(3000),
    pytest.mark.skipif(bool(Samba.missing()), reason=Samba.missing() or "-"),
]


@dataclass
class CalendarServer:
    """The office's, as a program that can be killed and started again at the same address."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, self.folder, str(self.port)],
            env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(30)


@dataclass
class Office:
    calendar: CalendarServer
    samba: Samba
    to_calendar: Wire
    to_share: Wire
    home: Path

    def wires(self, do: Callable[[Wire], object]) -> None:
        for each in (self.to_calendar, self.to_share):
            do(each)


class Day:
    """The suite's process, a line at a time."""

    def __init__(self, given: dict[str, str], home: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fakes.soak_day"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, encoding="utf-8", stderr=(home.parent / "day.log").open("w"),
            env={**os.environ, "PYTHONPATH": str(ROOT), "MAHOROBA_HOME": str(home)},
        )  # fmt: skip
        self._log = home.parent / "day.log"
        self.say(json.dumps(given))

    def say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, self._log.read_text("utf-8", "replace")[-4000:]
        return dict(json.loads(line))

    def sleep(self, seconds: float) -> None:
        """The laptop's lid is closed and opened again."""
        self._process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        self._process.send_signal(signal.SIGCONT)
        self._process.kill()
        self._process.wait(30)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    home = tmp_path / "disk"
    home.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300m", "tmpfs", str(home)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a disk that gets full needs the right to mount")
    with running() as samba, wire("127.0.0.1", ("127.0.0.1", samba.port)) as to_share:
        folder = tmp_path / "calendars"
        folder.mkdir()
        from tests.fakes.loopback import free_port

        calendar = CalendarServer(folder, free_port())
        calendar.start()
        try:
            with wire("127.0.0.1", ("127.0.0.1", calendar.port)) as to_calendar:
                yield Office(calendar, samba, to_calendar, to_share, home)
        finally:
            calendar.kill()
            subprocess.run(["umount", "--lazy", str(home)], check=True)


@contextmanager
def trouble(kind: str, office: Office, day: Day) -> Iterator[None]:
    """One tick's work in this trouble; afterwards it is over."""
    filler = office.home / "filler"
    if kind in ("network away", "asleep"):
        office.wires(Wire.cut)
    if kind == "network flaps":
        office.to_calendar.cut_after, office.to_share.cut_after = 20_000, 700_000
    elif kind == "calendar server killed":
        office.calendar.kill()
    elif kind == "file server killed":
        office.samba.stop(kill=True)
    elif kind == "disk full":
        fill(filler)
    elif kind == "asleep":
        day.sleep(2)
        office.wires(Wire.mend)
    try:
        yield
    finally:
        office.wires(Wire.mend)
        filler.unlink(missing_ok=True)
        if kind == "calendar server killed":
            office.calendar.start()
        elif kind == "file server killed":
            office.samba.start()


def fill(path: Path) -> None:
    """Every byte that the disk still has."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError:
                continue


TROUBLES = (
    "network away", "network flaps", "calendar server killed", "file server killed", "disk full", "asleep",
)  # fmt: skip


def test_a_working_day_loses_and_leaks_nothing(office: Office, tmp_path: Path) -> None:
    seed = int(os.environ.get("MAHOROBA_SOAK_SEED", "20261126"))
    print(f"MAHOROBA_SOAK_SEED={seed}")
    chance = random.Random(seed)
    sources = tmp_path / "sources"
    sources.mkdir()
    office_list.put(office.calendar.folder, LIST.encode())
    password = AppPasswords(office.calendar.folder / "devices.db").issue("K100234", "机")
    _answers(office.calendar.port)
    day = Day(
        {
            "seed": str(seed),
            "calendar": f"http://127.0.0.1:{office.to_calendar.port}/",
            "calendar_password": password,
            "share": f"smb://127.0.0.1:{office.to_share.port}/zencho",
            "share_password": PASSWORD,
            "sources": str(sources),
        },
        office.home / "mahoroba",
    )
    plan = {tick: TROUBLES[n % len(TROUBLES)] for n, tick in enumerate(range(5, TICKS - 6, 3))}
    for tick in chance.sample(sorted(plan), 4):
        plan[tick + 1] = plan[tick]  # some last longer
    try:
        seen = [day.answer()]
        for tick in range(TICKS):
            kind = plan.get(tick, "")
            with trouble(kind, office, day):
                day.say(str(tick))
                seen.append(day.answer())
            print(tick, kind, {k: v for k, v in seen[-1].items() if k != "open"}, flush=True)
        day.say("end")
        kept = day.answer()
    finally:
        day.close()
    (tmp_path / "soak.json").write_text(json.dumps(seen))
    _nothing_lost(kept, office, password)
    _nothing_leaked(seen)
    assert {kind for tick, kind in plan.items() if seen[tick + 1]["refused"]} >= {"network away", "disk full"}


def _nothing_lost(kept: dict[str, Any], office: Office, password: str) -> None:
    assert (kept["unsent"], kept["pending"], kept["audit"]) == (0, 0, True)
    remote = Remote(f"http://127.0.0.1:{office.calendar.port}/", Credential("K100234", password))
    home = kept["collection"]
    hrefs = sorted(remote.listing(home).present)
    there = []
    for _href, _etag, raw in remote.fetch(home, hrefs):
        title = re.search(rb"SUMMARY:([^\r\n]*)", raw)
        start = re.search(rb"BEGIN:VEVENT.*?DTSTART[^:]*:\d{6}(\d\d)T(\d\d)", raw, re.S)
        assert title is not None
        assert start is not None
        there.append([title[1].decode(), int(start[1]), int(start[2])])
    remote.close()
    assert sorted(there) == kept["events"]
    on_disk = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in office.samba.export.iterdir()
        if path.is_file()
    }
    assert {name: on_disk.get(name) for name in kept["sent"]} == kept["sent"]
    assert [name for name in on_disk if name.endswith(".part")] == []
    assert len(kept["sent"]) > TICKS // 2


def _nothing_leaked(seen: list[dict[str, Any]]) -> None:
    """The last simulated hour beside the third: medians, since a tick more or less is in flight.

    Files: a lane that works for the first time later in the day opens its own connection, once. One left open
    by each fault would be thirty.
    """

    def median(key: str, first: int) -> float:
        return statistics.median(row[key] for row in seen[first : first + 12])

    for key, growth in (("memory", MOST_GROWTH), ("files", 1.1), ("threads", 1.0)):
        early, late = median(key, WARM), median(key, TICKS - 12)
        print(f"{key}: {early:,.0f} → {late:,.0f}")
        more = Counter(seen[-1]["open"]) - Counter(seen[WARM]["open"])
        assert late <= early * growth, (key, more)


def _answers(port: int) -> None:
    import socket

    end = time.monotonic() + 60
    while time.monotonic() < end:
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the calendar server does not answer")
