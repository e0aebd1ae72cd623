"""A client killed by SIGKILL at each of its commits: what it had kept is on the server afterwards, once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from calendar_sync import edit, ics
from calendar_sync.model import Draft
from calendar_sync.remote import Remote
from calendar_sync.servers.embedded import EmbeddedServer
from calendar_sync.store import Store
from calendar_sync.sync import Sync
from core.secrets import MemorySecrets
from tests.fakes.calendar_death import NOW, START

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    running = EmbeddedServer(tmp_path_factory.mktemp("kills"), MemorySecrets())
    yield running
    running.stop()


def dies_at(server: EmbeddedServer, cache: Path, commit: int, when: str) -> bool:
    """One life until its death, then the restart; False when it outlived all of its commits."""
    home = f"/p/{cache.parent.name}-{cache.stem}/"
    remote = server.remote("p")
    remote.make_calendar(home, "c")
    for uid in ("changed", "deleted"):
        draft = Draft(1, "もとの題", START, START.replace(hour=11))
        assert remote.put(f"{home}{uid}.ics", edit.new_event(draft, uid, NOW), "") is not None
    words = (str(cache), server.url, "p", home, str(commit), when)
    life = subprocess.run(
        [sys.executable, "-P", "-m", "tests.fakes.calendar_death", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, input=server.credential("p").password + "\n",
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert life.returncode in (0, -signal.SIGKILL), life.stderr
    check_what_is_left(remote, home, cache, life.stdout.split())
    remote.close()
    return life.returncode != 0


def check_what_is_left(remote: Remote, home: str, cache: Path, said: list[str]) -> None:
    store = Store(cache)
    (collection,) = store.collections()
    kept = {o.uid for href in store.rows(1) if (o := store.object_at(1, href)) is not None and o.dirty}
    for _round in range(2):
        Sync(store, remote).run(collection)
    assert store.unsent() == 0
    assert store.conflicts() == []
    present = remote.listing(home).present
    titles: dict[str, str] = {}
    for _href, _etag, raw in remote.fetch(home, list(present)):
        event = next(ics.calendar(raw).walk("VEVENT"))
        assert event.value("UID") not in titles
        titles[event.value("UID")] = event.value("SUMMARY")
    assert ("new" in titles) >= ("new" in said or "new" in kept)
    if "changed" in said or "changed" in kept:
        assert titles["changed"] == "変えた"
    if "deleted" in said or "deleted" in kept:
        assert "deleted" not in titles
    assert store.rows(1).keys() == present.keys()
    store.close()


@pytest.mark.parametrize(("commit", "when"), [(3, "after"), (4, "before"), (6, "after")])
def test_a_client_killed_while_it_sends_loses_and_doubles_nothing(
    server: EmbeddedServer, tmp_path: Path, commit: int, when: str
) -> None:
    assert dies_at(server, tmp_path / f"{commit}-{when}.db", commit, when)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_client_killed_at_each_of_its_commits(server: EmbeddedServer, tmp_path: Path, when: str) -> None:
    deaths = 0
    for commit in count():
        if not dies_at(server, tmp_path / f"{commit}-{when}.db", commit, when):
            break
        deaths += 1
    assert deaths > 8
