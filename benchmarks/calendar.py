"""The schedule: how long until a calendar is here, beside a bare download and two other clients, and its use.

Each client is a process of its own against the same running server; time and CPU are the client's, counted
from after its imports. The bare download makes the same requests with the same HTTP client and keeps nothing.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

from benchmarks import calendar_page
from benchmarks.calendar_office import Office, event, events
from benchmarks.record import Record
from calendar_sync.remote import Credential
from calendar_sync.servers.embedded import EmbeddedServer
from core.secrets import MemorySecrets
from tests.fakes import xandikos_server

ROOT = Path(__file__).resolve().parent.parent
COUNT, CHANGES = 10_000, 10
ROUNDS = {"Radicale": 3, "Xandikos": 2}
Run = dict[str, float]


def records() -> Iterator[Record]:
    """The figures of the issue, in its order."""
    for open_office in (_radicale, _xandikos):
        with tempfile.TemporaryDirectory() as folder, open_office(Path(folder)) as office:
            yield from _server(office, Path(folder))
    yield from calendar_page.records()


@contextmanager
def _radicale(folder: Path) -> Iterator[Office]:
    server = EmbeddedServer(folder / "server", MemorySecrets())
    files = folder / "server" / "collections" / "collection-root" / "bench" / "cal"
    try:
        yield Office("Radicale", server.start(), "/bench/", server.credential("bench"), files)
    finally:
        server.stop()


@contextmanager
def _xandikos(folder: Path) -> Iterator[Office]:
    files = folder / "xandikos" / "user" / "calendars" / "cal"
    with xandikos_server.running(folder) as address:
        yield Office("Xandikos", address, "/user/calendars/", Credential("user", "none"), files)


class Race:
    """The clients of one office, each with a folder that it keeps from its first run to the next."""

    def __init__(self, office: Office, folder: Path, number: int) -> None:
        self._office, self._folder = office, folder / office.name.lower() / str(number)

    def run(self, client: str, named: str = "") -> Run:
        office = self._office
        words = (office.address, office.home, office.credential.user, office.credential.password)
        command = [sys.executable, "-P", "-m", "benchmarks.calendar_client", client, *words]
        done = subprocess.run(
            [*command, str(self._folder / (named or client))], capture_output=True, text=True, check=False,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return dict(json.loads(done.stdout.splitlines()[-1]))


def _server(office: Office, folder: Path) -> Iterator[Record]:
    office.write(events(COUNT), "fill")
    first: dict[str, list[Run]] = {}
    again: dict[str, list[Run]] = {}
    chance = Random(7)
    for number in range(ROUNDS[office.name]):
        race = Race(office, folder, number)
        for client in _turns(number, "ours", "bare", "vdirsyncer", *(["caldav"] if number == 0 else [])):
            run = race.run(client)
            assert run["items"] == COUNT, (office.name, client, run)
            first.setdefault(client, []).append(run)
        race.run("bare", "opener")
        for client in ("ours", "bare", "opener"):
            race.run(client.replace("opener", "bare"), client)  # takes a token; the first one has none
        office.write(_changes(chance), f"edit {number}")
        race.run(
            "bare", "opener"
        )  # whoever asks first pays for what the server then keeps: nobody that counts
        for client in _turns(number, "ours", "bare", "vdirsyncer"):
            run = race.run(client)
            assert run["items"] == CHANGES, (office.name, client, run)
            again.setdefault(client, []).append(run)
    yield from _first(office.name, first)
    yield from _again(office.name, again)


def _turns(number: int, *clients: str) -> tuple[str, ...]:
    """Each of ``clients`` comes first in its turn: what a server keeps from one helps the next."""
    first = number % len(clients)
    return clients[first:] + clients[:first]


def _changes(chance: Random) -> list[tuple[str, bytes]]:
    chosen = chance.sample(range(COUNT), CHANGES)
    return [(uid, event(uid, chance)) for uid in (f"bench-4-{number:06}" for number in chosen)]


def _first(server: str, runs: dict[str, list[Run]]) -> Iterator[Record]:
    name, n = f"first sync of {COUNT:,} events from {server}", f"{len(runs['ours'])} runs in turns, median"
    ours = _median(runs["ours"], "wall")
    if server == "Radicale":
        yield _against(name, ours, "bare download", _median(runs["bare"], "wall"), "≤ 1.25 × bare", 1.25, n)
        yield _faster(name, ours, "vdirsyncer", _median(runs["vdirsyncer"], "wall"), 4, n)
        yield _faster(name, ours, "caldav + icalendar", _median(runs["caldav"], "wall"), 8, n)
        memory, peer = _median(runs["ours"], "rss"), _median(runs["vdirsyncer"], "rss")
        yield Record(
            f"{name}: peak memory", round(memory, 1), "MiB", "≤ 60", memory <= 60, "vdirsyncer",
            round(peer, 1), round(memory / peer, 2), n,
        )  # fmt: skip
        cpu, peer = _median(runs["ours"], "cpu"), _median(runs["vdirsyncer"], "cpu")
        yield _faster(f"{name}: client CPU", cpu, "vdirsyncer", peer, 5, n, "less")
    else:
        yield _against(name, ours, "bare download", _median(runs["bare"], "wall"), "", None, n)
        yield _faster(name, ours, "vdirsyncer", _median(runs["vdirsyncer"], "wall"), 3, n)
        yield _faster(name, ours, "caldav + icalendar", _median(runs["caldav"], "wall"), None, n)


def _again(server: str, runs: dict[str, list[Run]]) -> Iterator[Record]:
    name, n = f"{CHANGES} changes on {COUNT:,}, {server}", f"{len(runs['ours'])} runs in turns, median"
    ours = _median(runs["ours"], "wall")
    yield _against(name, ours, "bare download", _median(runs["bare"], "wall"), "≤ 1.15 × bare", 1.15, n)
    times = 2 if server == "Radicale" else 10
    yield _faster(name, ours, "vdirsyncer", _median(runs["vdirsyncer"], "wall"), times, n)


def _median(runs: Sequence[Run], key: str) -> float:
    return statistics.median(run[key] for run in runs)


def _against(
    name: str, ours: float, peer: str, theirs: float, bar: str, most: float | None, n: str
) -> Record:
    ratio = ours / theirs
    held = None if most is None else ratio <= most
    return Record(name, round(ours, 3), "s", bar, held, peer, round(theirs, 3), round(ratio, 3), n)


def _faster(
    name: str, ours: float, peer: str, theirs: float, times: float | None, n: str, word: str = "faster"
) -> Record:
    bar = "" if times is None else f"≥ {times:g} × {word}"
    held = None if times is None else theirs / ours >= times
    return Record(name, round(ours, 3), "s", bar, held, peer, round(theirs, 3), round(ours / theirs, 3), n)
