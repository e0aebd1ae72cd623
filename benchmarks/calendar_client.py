"""One client in a process of its own: what it took to bring a calendar here, without starting Python.

``python -m benchmarks.calendar_client CLIENT ADDRESS HOME USER PASSWORD FOLDER`` prints JSON:
wall and cpu (seconds, of this process), rss (peak, MiB), items. What FOLDER holds is kept for the next run.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

BATCH = 500
_NS = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
_QUERY = (
    f"<C:calendar-query {_NS}><D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter>"
    '<C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>'
)
_SYNC = (
    f"<D:sync-collection {_NS}><D:sync-token>%s</D:sync-token><D:sync-level>1</D:sync-level>"
    "<D:prop><D:getetag/></D:prop></D:sync-collection>"
)
_MULTIGET = (
    f"<C:calendar-multiget {_NS}><D:prop><D:getetag/><C:calendar-data/></D:prop>%s</C:calendar-multiget>"
)


class Account:
    def __init__(self, address: str, home: str, user: str, password: str, folder: str) -> None:
        self.address, self.home, self.user, self.password = address, home, user, password
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)


def ours(account: Account) -> Callable[[], int]:
    from benchmarks.calendar_office import FIRST, event
    from calendar_sync import occurrences
    from calendar_sync.remote import Credential, Remote
    from calendar_sync.scan import scan
    from calendar_sync.store import Store
    from calendar_sync.sync import Sync

    known = (account.folder / "cache.db").exists()
    store = Store(account.folder / "cache.db")
    if (
        known
    ):  # as in a suite that runs: the series of the first download are expanded, and the libraries in use
        store.expand_later_ones()
        raw = event("warm", Random(0)).replace(b"SUMMARY", b"RRULE:FREQ=DAILY;COUNT=2\r\nSUMMARY")
        occurrences.expand(raw, scan(raw), FIRST.date(), FIRST.date())
    store.remember_collection(f"{account.home}cal/", "cal", "")
    remote = Remote(account.address, Credential(account.user, account.password))

    def run() -> int:
        summary = Sync(store, remote).run(store.collections()[0])
        return summary.received

    return run


def bare(account: Account) -> Callable[[], int]:
    """The same requests with the same HTTP client and a whole-answer parse; nothing is kept but a token."""
    import httpx
    from lxml import etree

    client = httpx.Client(auth=(account.user, account.password), timeout=600, trust_env=False)
    client.headers["Accept-Encoding"] = "identity"
    url, kept = f"{account.address.rstrip('/')}{account.home}cal/", account.folder / "token"

    def ask(body: str, method: str = "REPORT", depth: str = "1") -> Any:
        headers = {"Content-Type": "application/xml", "Depth": depth}
        return etree.fromstring(client.request(method, url, content=body.encode(), headers=headers).content)

    def data(hrefs: list[str]) -> int:
        count = 0
        for start in range(0, len(hrefs), BATCH):
            wanted = "".join(f"<D:href>{href}</D:href>" for href in hrefs[start : start + BATCH])
            count += len(ask(_MULTIGET % wanted).findall("{DAV:}response"))
        return count

    def run() -> int:
        token = kept.read_text() if kept.exists() else ""
        if not kept.exists():
            kept.touch()  # the next look takes a token, as ours does
            count = len(ask(_QUERY).findall("{DAV:}response"))
            return count
        answer = ask(_SYNC % token, depth="0")
        kept.write_text(answer.findtext("{DAV:}sync-token") or "")
        found = [r.findtext("{DAV:}href") or "" for r in answer.findall("{DAV:}response")]
        return data([href for href in found if href.endswith(".ics")])

    return run


def vdirsyncer(account: Account) -> Callable[[], int]:
    files, config = account.folder / "files", account.folder / "config"
    (files / "cal").mkdir(parents=True, exist_ok=True)
    config.write_text(
        f'[general]\nstatus_path = "{account.folder}/status/"\n'
        '[pair p]\na = "local"\nb = "remote"\ncollections = ["cal"]\n'
        f'[storage local]\ntype = "filesystem"\npath = "{files}/"\nfileext = ".ics"\n'
        f'[storage remote]\ntype = "caldav"\nurl = "{account.address.rstrip("/")}{account.home}"\n'
        f'username = "{account.user}"\npassword = "{account.password}"\n'
    )
    from vdirsyncer.cli import app

    def command(*words: str) -> None:
        try:
            app(["-v", "ERROR", "-c", str(config), *words], standalone_mode=False)
        except SystemExit as end:
            if end.code:
                raise RuntimeError(words) from end

    if not (account.folder / "status").exists():
        command("discover")

    def run() -> int:
        before = {p.name: p.stat().st_mtime_ns for p in (files / "cal").iterdir()}
        command("sync")
        return sum(before.get(p.name) != p.stat().st_mtime_ns for p in (files / "cal").iterdir())

    return run


def caldav(account: Account) -> Callable[[], int]:
    """The library's own search, each event parsed by icalendar."""
    import caldav as library

    client = library.DAVClient(account.address, username=account.user, password=account.password, timeout=600)
    calendar = client.calendar(url=f"{account.address.rstrip('/')}{account.home}cal/")

    def run() -> int:
        return sum(1 for event in calendar.search(event=True) if event.icalendar_component is not None)

    return run


def _peak() -> float:
    """MiB; the kernel's own high-water mark of this program (a child's ru_maxrss begins at its parent's)."""
    status = Path("/proc/self/status").read_text()
    return int(next(x for x in status.splitlines() if x.startswith("VmHWM")).split()[1]) / 1024


CLIENTS = {"ours": ours, "bare": bare, "vdirsyncer": vdirsyncer, "caldav": caldav}


def main(arguments: list[str]) -> int:
    client, *rest = arguments
    run = CLIENTS[client](Account(*rest))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    begin, spent = time.monotonic(), usage.ru_utime + usage.ru_stime
    items = run()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "wall": time.monotonic() - begin,
                "cpu": usage.ru_utime + usage.ru_stime - spent,
                "rss": _peak(),
                "items": items,
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
