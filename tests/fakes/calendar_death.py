"""A calendar client that is killed by SIGKILL at its Nth commit, just before it or just after.

``python -m tests.fakes.calendar_death CACHE URL USER HOME N before|after``; the password comes on standard
input. It says each edit when it is kept, and exits 0 when it got to its end alive.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from calendar_sync import edit
from calendar_sync.model import Change, Draft, Scope
from calendar_sync.remote import Credential, Remote
from calendar_sync.sync import Sync
from tests.fakes.mortal import MortalStore

NOW = datetime(2026, 11, 23, tzinfo=UTC)
START = datetime(2026, 11, 24, 10)


class Mortal(MortalStore):
    """For good."""

    def die(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def main(cache: str, url: str, user: str, home: str, commits: str, when: str) -> None:
    store = Mortal(Path(cache))
    store.remember_collection(home, "c", "")
    remote = Remote(url, Credential(user, sys.stdin.readline().strip()))
    (collection,) = store.collections()
    Sync(store, remote).run(collection)
    changed, deleted = (store.uids(1)[uid] for uid in ("changed", "deleted"))
    content = store.object(changed)
    assert content is not None
    assert content.content is not None
    store.left, store.after = int(commits), when == "after"
    draft = Draft(1, "新しい", START, START.replace(hour=11))
    store.create(1, f"{home}new.ics", edit.new_event(draft, "new", NOW))
    print("new", flush=True)
    store.change(changed, edit.changed(content.content, Change(summary="変えた"), "", Scope.ALL, NOW))
    print("changed", flush=True)
    store.change(deleted, None)
    print("deleted", flush=True)
    Sync(store, remote).run(collection)


if __name__ == "__main__":
    main(*sys.argv[1:])
