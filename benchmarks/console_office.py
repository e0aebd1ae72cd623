"""An office of 10,000 people and 10,000 terminals after ninety days: what the console is measured on.

The trail is a true chain with its seal; the other tables are filled in one go each, in the shapes their own
features write.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from auth.bulletins import Bulletin
from auth.model import Person, Role
from benchmarks.record import Record
from core.audit import AuditLog, _digest
from core.paths import Paths
from core.secrets import SecretStore
from desktop.pages.services import Services
from office.terminals import Report, _keep_programs

TERMINALS, PEOPLE = 10_000, 10_000
ROWS = int(os.environ.get("MAHOROBA_BENCH_ROWS", 1_000_000))
WAITING, BULLETINS, INCIDENTS, TOKENS, MONTHS = 200, 200, 50, 3_000, 24
DAY_S = 86_400
SECTIONS = ("情報政策課", "税務課", "道路建設課", "福祉政策課", "人事課", "危機管理課", "会計課")
IT = Person("K100000", "山本 花子", "やまもと はなこ", "情報政策課", Role.IT)
STOPPED = "K104242"


def fill_trail(paths: Paths, secrets: SecretStore) -> None:
    """A true chain of a million rows over ninety days, sealed; written in one go instead of row by row."""
    log = AuditLog(paths.data / "audit.db", secrets)
    log.append("person.first", actor="K100000", subject="K100000")
    database, chance = log._open(), random.Random(11)
    previous = database.conn.execute("SELECT hash FROM entries").fetchone()[0]
    begin, step = datetime.now(UTC) - timedelta(days=90), timedelta(days=90) / ROWS

    def rows() -> Iterator[tuple[object, ...]]:
        nonlocal previous
        for number in range(2, ROWS + 1):
            moment = (begin + step * number).isoformat(timespec="microseconds")
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


def fill(services: Services) -> Iterator[Record]:
    """Everything else, and the IT person signed in; the trail's index is made here, which is a figure."""
    services.auth.create_first_administrator(IT, "493817")
    _people(services)
    _terminals(services)
    begin = time.monotonic()
    services.office.trail.follow()
    yield Record("index of the trail made anew", time.monotonic() - begin, "s", n=f"{ROWS:,} rows")
    _incidents(services)
    office = services.auth.administration
    now = time.time()
    for number in range(BULLETINS):
        begins = now - number * DAY_S
        text = Bulletin(f"お知らせ {number}", "計画停電があります。", begins, begins + 7 * DAY_S)
        office.write_bulletin(text)


def _people(services: Services) -> None:
    """The register: everyone, who waits after wrong guesses, old tokens, how long sign-ins took."""
    chance, now = random.Random(3), time.time()
    with services.auth.administration._register.sql.write() as change:  # type: ignore[attr-defined]
        for number in range(1, PEOPLE):
            change.run(
                "INSERT INTO persons VALUES (?, ?, ?, ?, ?, ?, '', NULL)", f"K{100_000 + number}",
                f"職員 {number}", "しょくいん", chance.choice(SECTIONS), "staff", int(number % 50 != 0),
            )  # fmt: skip
        for number in range(WAITING):
            key = f"pin:person:K{100_000 + number * 7}" if number % 4 else f"face:terminal:T-{number:05}"
            change.run("INSERT INTO locks VALUES (?, ?, ?, ?)", key, 9, now + 80_000 + number, now)
        for number in range(TOKENS):
            ends = now + (30 + number % 300) * DAY_S
            change.run("INSERT INTO totp VALUES (?, ?, ?, 0)", f"K{100_000 + number}", b"sealed", ends)
        for month in range(MONTHS):
            for tenths in range(10, 80):
                name = f"{2025 + month // 12}-{month % 12 + 1:02}"
                change.run("INSERT INTO sign_in_times VALUES (?, ?, 1, ?)", name, tenths, 900 + tenths)


def _terminals(services: Services) -> None:
    """Enrolled in the register, and reported in the inventory."""
    chance, now = random.Random(5), time.time()
    with services.auth.administration._register.sql.write() as change:  # type: ignore[attr-defined]
        for number in range(TERMINALS):
            enrolled = now - chance.randrange(350) * DAY_S
            change.run(
                "INSERT INTO devices VALUES (?, ?, ?, ?, '', ?, NULL)", f"T-{number:05}",
                f"本庁 {number % 8 + 1} 階 {chance.choice(SECTIONS)}", enrolled, f"{number:064x}",
                enrolled + 365 * DAY_S,
            )  # fmt: skip
    programs = [(f"program-{n}", "1.0") for n in range(40)]
    with services.office.inventory._sql.write() as change:
        for number in range(TERMINALS):
            name, own = f"T-{number:05}", tuple(chance.sample(programs, 12))
            change.run(
                "INSERT INTO terminals (name, model, os, version, cameras, state, failed, seen)"
                " VALUES (?, ?, ?, '0.1.0', '[\"Camera\"]', ?, '[]', ?)",
                name, f"Model {number % 30}", "Debian GNU/Linux 12 (bookworm)",
                chance.choice(["ok"] * 9 + ["fail"]), now - chance.randrange(40 * DAY_S),
            )  # fmt: skip
            _keep_programs(change, Report(name, "", "", "", now, programs=own))


def _incidents(services: Services) -> None:
    """The newest is going on, and has stopped a person and a terminal whose rows its timeline shows."""
    incidents = services.office.incidents
    for number in range(INCIDENTS):
        incident = incidents.begin(f"端末の紛失 {number}", drill=False)
        if number + 1 < INCIDENTS:
            incidents.close(incident)
    incidents.lock_person(incident, STOPPED)
    incidents.lock_terminal(incident, "T-04242")
    for number in range(40):
        incidents.note(incident, f"連絡 {number}: 端末を確かめました。")
