"""The IT console with 10,000 terminals and 1,000,000 audit rows; an office of 10,000 put back.

A view's time is from the question to the drawn page: the queries of its ``read`` on the real databases, then
the widget's own showing and painting, off-screen. The peer asks the trail's own table, as it was before there
was an index; restoring is measured against ``cp -a`` of the same folder, which checks nothing.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.record import Record
from core.audit import AuditLog, _digest
from core.paths import Paths
from core.secrets import MemorySecrets

TERMINALS, PEOPLE = 10_000, 10_000
ROWS = int(os.environ.get("MAHOROBA_BENCH_ROWS", 1_000_000))
KEY = b"k" * 32


def records() -> Iterator[Record]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="mahoroba-bench-") as folder:
        paths = _paths(Path(folder))
        secrets = MemorySecrets()
        _fill_trail(paths, secrets)
        yield from _views(paths, secrets)
        yield from _restore(paths)


def _paths(home: Path) -> Paths:
    """An office's folders, without a word in the environment: what is measured next is told its own."""
    folders = [home / name for name in ("data", "config", "cache", "state")]
    for folder in folders:
        folder.mkdir(mode=0o700)
    return Paths(*folders, home / "policy.toml")


def _fill_trail(paths: Paths, secrets: MemorySecrets) -> None:
    """A true chain of a million rows over ninety days, sealed; written in one go instead of row by row."""
    log = AuditLog(paths.data / "audit.db", secrets)
    log.append("person.first", actor="K100000", subject="K100000")
    database, chance = log._open(), random.Random(11)
    previous = database.conn.execute("SELECT hash FROM entries").fetchone()[0]
    begin = datetime.now(UTC) - timedelta(days=90)

    def rows() -> Iterator[tuple[object, ...]]:
        nonlocal previous
        for number in range(2, ROWS + 1):
            moment = (begin + timedelta(seconds=number * 7.7)).isoformat(timespec="microseconds")
            who, terminal = f"K{100_000 + chance.randrange(PEOPLE)}", f"T-{chance.randrange(TERMINALS):05}"
            action, detail = _event(chance, terminal)
            row = (number, moment, action, who, who, detail, previous)
            previous = _digest(row)
            yield (*row, previous)

    with database.conn:
        database.conn.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows())
        seal = log._seal(ROWS, previous)
        database.conn.execute("UPDATE head SET count = ?, hash = ?, seal = ?", (ROWS, previous, seal))
    log._connections.close()


def _event(chance: random.Random, terminal: str) -> tuple[str, str]:
    drawn = chance.random()
    if drawn < 0.6:
        distance = round(chance.uniform(0.1, 0.36), 4)
        return "sign-in.accepted", (
            f'{{"distance":{distance},"factors":"face","reason":"accepted","terminal":"{terminal}"}}'
        )
    if drawn < 0.65:
        reason = chance.choice(["flat", "not-alike", "timeout", "unlit", "wrong-pin"])
        return "sign-in.refused", f'{{"factors":"face","reason":"{reason}","terminal":"{terminal}"}}'
    action = chance.choice(["session.locked", "session.closed", "share.sent", "share.moved", "pin.set"])
    return action, "{}"


def _views(paths: Paths, secrets: MemorySecrets) -> Iterator[Record]:
    from PySide6.QtWidgets import QApplication

    from auth.model import Person, Role
    from core.errors import SuiteError
    from desktop import app
    from desktop.pages.administration.audit import Audit
    from desktop.pages.administration.step_up import StepUpCard
    from desktop.pages.office.inventory import InventoryView
    from desktop.pages.office.plan import PlanView
    from desktop.pages.office.sign_ins import SignInsView
    from desktop.pages.office.storage import StorageView
    from desktop.ui.application import make_application
    from desktop.ui.notice import NoticeBar
    from office.terminals import Report

    def no_camera() -> None:
        raise SuiteError("no camera", "none", "use the PIN", "CAM-001")

    make_application()
    services = app.build(paths)
    app.open_features(services, no_camera, secrets)  # type: ignore[arg-type]
    services.notices = NoticeBar()
    office, chance = services.office, random.Random(5)
    services.auth.create_first_administrator(
        Person("K100000", "山本 花子", "やまもと はなこ", "情報政策課", Role.IT), "493817"
    )
    programs = [(f"program-{n}", "1.0") for n in range(40)]
    now = time.time()
    with office.inventory._sql.write() as change:
        for number in range(TERMINALS):
            from office.terminals import _keep_programs

            name = f"T-{number:05}"
            own = tuple(chance.sample(programs, 12))
            change.run(
                "INSERT INTO terminals (name, model, os, version, cameras, state, failed, seen)"
                " VALUES (?, ?, ?, '0.1.0', '[\"Camera\"]', ?, '[]', ?)",
                name, f"Model {number % 30}", "Debian GNU/Linux 12 (bookworm)",
                chance.choice(["ok"] * 9 + ["fail"]), now - chance.randrange(40 * 86_400),
            )  # fmt: skip
            _keep_programs(change, Report(name, "", "", "", now, programs=own))
    begin = time.monotonic()
    office.trail.follow()
    yield Record("index of the trail made anew", time.monotonic() - begin, "s", n=f"{ROWS:,} rows")

    def drawn(kind: type) -> Callable[[], float]:
        view = kind(services)
        view.resize(1100, 700)
        view.show()
        _idle(services)

        def once() -> float:
            start = time.monotonic()
            view.read()
            _idle(services)
            view.grab()
            return (time.monotonic() - start) * 1000

        return once

    n = f"{TERMINALS:,} terminals, {ROWS:,} rows; median of 7, question to drawn page"
    for name, kind in (
        ("inventory", InventoryView), ("sign-in health, 7 days", SignInsView), ("storage", StorageView),
        ("plan", PlanView),
    ):  # fmt: skip
        took = statistics.median(drawn(kind)() for _run in range(7))
        yield Record(f"console: {name}", took, "ms", "≤ 200", took <= 200, n=n)
    view = Audit(services, StepUpCard(services))
    view.resize(1100, 700)
    view.show()
    _idle(services)
    peer = _plain(paths)
    for text in ("", "K104242", "T-04242", "T-04242 sign-in.refused", "flat", "2026-10-20 share.sent"):
        view.finder.blockSignals(True)
        view.finder.setText(text)
        times = []
        for _run in range(7):
            start = time.monotonic()
            view.read()
            _idle(services)
            view.grab()
            times.append((time.monotonic() - start) * 1000)
        took, other = statistics.median(times), peer(text)
        yield Record(
            f"console: audit, “{text or 'newest'}”", took, "ms", "≤ 200", took <= 200,
            "the trail's table, LIKE over every row" if text else "", other,
            took / other if other else None, n,
        )  # fmt: skip
    view.close()
    services.bridge.close()
    QApplication.processEvents()


def _idle(services: object) -> None:
    from PySide6.QtWidgets import QApplication

    while not services.bridge.idle:  # type: ignore[attr-defined]
        QApplication.processEvents()
        time.sleep(0.0005)
    QApplication.processEvents()


def _plain(paths: Paths) -> Callable[[str], float | None]:
    """How long the same question takes on the trail's own table, in milliseconds."""

    def ask(text: str) -> float | None:
        if not text:
            return None
        where = " AND ".join("(time || action || actor || subject || detail) LIKE ?" for _w in text.split())
        with closing(sqlite3.connect(paths.data / "audit.db")) as database:
            start = time.monotonic()
            database.execute(
                f"SELECT * FROM entries WHERE {where} ORDER BY id DESC LIMIT 200",  # noqa: S608
                [f"%{word}%" for word in text.split()],
            ).fetchall()
            return (time.monotonic() - start) * 1000

    return ask


def _restore(paths: Paths) -> Iterator[Record]:
    """10,000 people with templates, schedules and the audit rows, put up in an empty home."""
    from office.backup import restore, take

    with closing(sqlite3.connect(paths.data / "auth.db")) as database:
        for number in range(PEOPLE):
            who = f"K{200_000 + number}"
            database.execute(
                "INSERT INTO persons VALUES (?, '職員', 'しょくいん', '情報政策課', 'staff', 1, '', NULL)",
                (who,),
            )
            sealed = os.urandom(8 * 192 * 4)
            database.execute("INSERT INTO templates VALUES (?, 'm', '1', 8, 2, 5.0, ?)", (who, sealed))
        database.commit()
    calendars = paths.data / "calendar-server" / "collections" / "collection-root"
    for number in range(PEOPLE):
        folder = calendars / f"K{200_000 + number}" / "private"
        folder.mkdir(parents=True)
        (folder / "event.ics").write_bytes(b"BEGIN:VCALENDAR\r\n" + os.urandom(600).hex().encode())
    with tempfile.TemporaryDirectory(prefix="mahoroba-bench-") as out:
        begin = time.monotonic()
        taken = take.take(paths, Path(out), KEY)
        took = time.monotonic() - begin
        size = sum(item.size for item in taken.manifest.items)
        n = f"{PEOPLE:,} people, {len(taken.manifest.items):,} files, {size / 1e6:.0f} MB"
        yield Record("backup of a 10,000-person office", took, "s", n=n)
        shutil.copytree(taken.folder, Path(out) / "warm")
        begin = time.monotonic()
        subprocess.run(["cp", "-a", taken.folder, Path(out) / "peer"], check=True)
        peer = time.monotonic() - begin
        begin = time.monotonic()
        fresh = Paths(*(Path(out) / name for name in ("data", "config", "cache", "state", "policy.toml")))
        for folder in (fresh.data, fresh.config, fresh.cache, fresh.state):
            folder.mkdir()
        done = restore.restore(taken.folder, fresh, KEY)  # on a new machine: the old one is gone
        took = time.monotonic() - begin
        equal = done.rows == sum(taken.manifest.rows.values())
        yield Record(
            "restore of a 10,000-person office, verified equal", took, "s", "≤ 300", took <= 300 and equal,
            "cp -a, nothing verified", peer, took / peer, n,
        )  # fmt: skip
