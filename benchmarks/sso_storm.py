"""The morning storm: an office's matcher, signer and PostgreSQL on this machine, 10,000 people.

Every sign-in is whole from the wire on: new TLS connections of a terminal, challenge, frames, comparison with
the template and the cohort, verdict, audit, statement, certificate. What stands in for something: probes are
recorded vectors (the cost of image analysis is measured beside it), and the clients share the two cores.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np
import psutil
import psycopg
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from auth import wire
from auth.agent.certificate import SignerClient, SignInKey
from auth.agent.client import MatcherClient
from auth.devices import Devices
from auth.face.encode import mobilefacenet
from auth.face.models import user_folder
from auth.face.template import seal
from auth.house import ServerClock
from auth.register import open_register
from auth.signer.authority import Authorities
from auth.signer.certificate import Purpose, device_certificate
from benchmarks.record import Record
from core.errors import SuiteError
from core.secrets import FileKeySecrets, get_or_create
from tests.fakes.postgres import cluster, fresh_database
from tests.fakes.servers import Servers, Terminal, office

SECONDS = float(os.environ.get("MAHOROBA_STORM_SECONDS", "300"))
RATE = 6.5  # arrivals a second, a little over the bar
TERMINALS, KEYS, WORKERS = 200, 24, 16
IMPOSTORS = 50  # every so many-th person shows another's face
PICTURES, PICTURE_BYTES = 20, 15_000
TEMPLATE_VECTORS, PROBES = 10, 5
NOISE = 0.045  # of each component of a unit vector of 128: genuine distances about 0.2
GROWTH = (1_000, 10_000, 30_000)
SEED = 20_261_125


class NoTrail:
    def append(self, action: str, **_rest: object) -> int:
        return 0


class People:
    """Seeded vectors: person n's base, and frames of it."""

    def __init__(self, count: int, dimensions: int) -> None:
        rng = np.random.default_rng(SEED)
        bases = rng.standard_normal((count, dimensions)).astype(np.float32)
        self.bases = bases / np.linalg.norm(bases, axis=1, keepdims=True)

    def frames(self, person: int, count: int, seed: int) -> np.ndarray:
        rng = np.random.default_rng((SEED, person, seed))
        noise = rng.standard_normal((count, self.bases.shape[1])).astype(np.float32)
        made = self.bases[person] + NOISE * noise
        return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype("<f4")


def number_of(person: int) -> str:
    return f"S-{person:06}"


def fill(database: str, key: bytes, people: People, first: int, last: int) -> None:
    """Persons ``first`` to ``last`` with their sealed templates, straight into the tables."""
    encoder = mobilefacenet()
    with psycopg.connect(database) as connection, connection.cursor() as cursor:
        numbers = range(first, last)
        with cursor.copy("COPY persons FROM STDIN") as copy:
            for n in numbers:
                copy.write_row((number_of(n), "職員", "", "", "staff", 1, "", None))
        columns = "staff_number, model, model_version, frames, poses, enrolled, sealed"
        with cursor.copy(f"COPY templates ({columns}) FROM STDIN") as copy:
            for n in numbers:
                sealed = seal(people.frames(n, TEMPLATE_VECTORS, 0), key, staff_number=number_of(n),
                              model=encoder.name, model_version=encoder.version)  # fmt: skip
                copy.write_row(
                    (number_of(n), encoder.name, encoder.version, TEMPLATE_VECTORS, 3, 1.0, sealed)
                )
        cursor.execute("INSERT INTO marks VALUES ('templates', 1) ON CONFLICT (name) DO UPDATE SET value ="
                       " marks.value + 1")  # fmt: skip


def terminals(servers: Servers, database: str) -> list[Terminal]:
    """Enrolled terminals that share one key (the storm measures the servers, not the making of keys)."""
    secrets = FileKeySecrets(servers.home / "data" / "secrets.json")
    folder, now, key = servers.home / "data" / "ca" / "devices", datetime.now(UTC), SignInKey().private
    authority = Authorities(folder, Purpose.DEVICE, secrets, "Mahoroba devices").signing(now)
    devices = Devices(open_register(database, servers.folder).sql, NoTrail(), ServerClock())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    made = []
    for n in range(TERMINALS):
        name, place = f"storm-{n}", servers.folder / "terminals" / f"storm-{n}"
        place.mkdir(parents=True)
        certificate = device_certificate(authority, key.public_key(), name, now)
        devices.expect(name, "")
        devices.keep(name, certificate)
        (place / "device.key").write_bytes(pem)
        (place / "device.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        (place / "device-ca.pem").write_bytes((servers.tls / "device-ca.pem").read_bytes())
        made.append(Terminal(servers, place))
    return made


@dataclass
class Tally:
    """What came of the sign-ins; times in seconds."""

    taken: list[float] = field(default_factory=list)
    serials: list[str] = field(default_factory=list)
    refused_impostors: int = 0
    wrong: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Storm:
    def __init__(self, servers: Servers, people: People, database: str) -> None:
        self.people = people
        self.servers = servers
        self.terminals = terminals(servers, database)
        self.keys = [SignInKey() for _ in range(KEYS)]
        self.order = np.random.default_rng(SEED).permutation(len(people.bases))

    def sign_in(self, turn: int, tally: Tally) -> None:
        """The ``turn``-th person of the morning, from the first connection to the certificate."""
        person = int(self.order[turn % len(self.order)])
        shown = int(self.order[(turn + 1) % len(self.order)]) if turn % IMPOSTORS == 0 else person
        terminal, key = self.terminals[turn % TERMINALS], self.keys[turn % KEYS]
        begin = time.perf_counter()
        try:
            with terminal.matcher() as http:
                client = MatcherClient(http)
                asked = client.challenge("sign-in", number_of(person))
                reply = client.match(asked, self._frames(shown, turn), None, key.hash)
            serial = ""
            if reply.accepted and reply.for_signer is not None:
                with terminal.signer() as http:
                    made = SignerClient(http).certificate(reply.for_signer, key)
                serial = (
                    f"{made.certificate.serial_number:x}"
                    if made.principal == number_of(person).lower()
                    else "?"
                )
        except (SuiteError, httpx.HTTPError) as error:
            with tally.lock:
                tally.failed.append(getattr(error, "code", type(error).__name__))
            return
        with tally.lock:
            tally.taken.append(time.perf_counter() - begin)
            if shown != person:
                tally.refused_impostors += not reply.accepted
                tally.wrong += ["an impostor got in"] if reply.accepted else []
            elif serial in ("", "?"):
                tally.wrong.append(f"refused: {reply.reason}")
            else:
                tally.serials.append(serial)

    def _frames(self, shown: int, turn: int) -> Iterator[bytes]:
        vectors = self.people.frames(shown, PROBES, turn + 1)
        for n in range(PICTURES):
            head = vectors[n].tobytes() if n < PROBES else b""
            yield wire.frame(wire.Picture(n / 10, head + b"\0" * (PICTURE_BYTES - len(head))))
        yield wire.END

    def arrive(self, seconds: float, rate: float, first: int = 0) -> tuple[Tally, float]:
        """People come at ``rate`` a second whether or not those before them are done; the time until the last
        is done."""
        tally, begin = Tally(), time.perf_counter()
        with ThreadPoolExecutor(4 * WORKERS) as pool:
            for turn in range(int(seconds * rate)):
                time.sleep(max(0.0, begin + turn / rate - time.perf_counter()))
                pool.submit(self.sign_in, first + turn, tally)
        return tally, time.perf_counter() - begin

    def press(self, seconds: float, first: int) -> tuple[Tally, float]:
        """As many as ``WORKERS`` at a time can get through."""
        tally, begin, turns, lock = Tally(), time.perf_counter(), iter(range(first, 10**9)), threading.Lock()

        def work() -> None:
            while time.perf_counter() - begin < seconds:
                with lock:
                    turn = next(turns)
                self.sign_in(turn, tally)

        with ThreadPoolExecutor(WORKERS) as pool:
            for _worker in range(WORKERS):
                pool.submit(work)
        return tally, time.perf_counter() - begin


def records() -> Iterator[Record]:
    os.environ.setdefault("MAHOROBA_MODELS", str(user_folder()))  # the servers' homes have none
    people = People(GROWTH[-1], mobilefacenet().dimensions)
    with tempfile.TemporaryDirectory() as folder, cluster() as server:
        database = fresh_database(server, "storm")
        with office(Path(folder), database) as servers:
            secrets = FileKeySecrets(servers.home / "data" / "secrets.json")
            key = get_or_create(secrets, "template-key", 32)
            open_register(database, servers.folder)
            signer = servers.start("signer")
            filled = 0
            for count in GROWTH:
                fill(database, key, people, filled, count)
                filled = count
                matcher = servers.start("matcher", module=("benchmarks.recorded_matcher",))
                storm = None if count != GROWTH[0] else Storm(servers, people, database)
                if storm is not None:
                    kept = storm
                kept.order = np.random.default_rng(SEED).permutation(count)
                yield from _growth(kept, matcher.pid, count)
                if count == 10_000:
                    yield from _morning(kept, servers)
                servers.end(matcher)
            servers.end(signer)
    yield from _analysis()


def _growth(storm: Storm, pid: int, count: int) -> Iterator[Record]:
    warm = Tally()
    storm.sign_in(1, warm)  # the first one loads everyone's means
    tally, seconds = storm.press(8.0, 1000)
    resident = psutil.Process(pid).memory_info().rss / 2**20
    rate = len(tally.serials) / seconds
    n = f"{len(tally.serials)} in {seconds:.0f} s, {WORKERS} at a time; first one {warm.taken[0]:.1f} s"
    yield Record(f"storm, {count:,} people: most sign-ins a second", rate, "/s", n=n)
    bar = count == GROWTH[-1]
    yield Record(f"memory (RSS) of the matcher, {count:,} templates, models loaded", resident, "MiB",
                 "≤ 400" if bar else "", resident <= 400 if bar else None, n="1 process")  # fmt: skip


def _morning(storm: Storm, servers: Servers) -> Iterator[Record]:
    before = _reconciled(servers)
    tally, seconds = storm.arrive(SECONDS, RATE, first=50_000)
    rate = (len(tally.serials) + tally.refused_impostors) / seconds
    n = f"{len(tally.taken)} sign-ins in {seconds:.0f} s, {tally.refused_impostors} impostors refused"
    if tally.failed:
        n += f"; failed: {sorted(set(tally.failed))} × {len(tally.failed)}"
    yield Record("morning storm: sign-ins sustained", rate, "/s", "≥ 6", rate >= 6, n=n)
    p95 = float(np.percentile(tally.taken, 95)) * 1000
    middle, longest = statistics.median(tally.taken) * 1000, max(tally.taken) * 1000
    times = f"median {middle:.0f} ms, longest {longest:.0f} ms"
    yield Record("morning storm: sign-in, p95", p95, "ms", "≤ 2000", p95 <= 2000, n=times)
    wrong = len(tally.wrong) + len(tally.failed)
    yield Record("morning storm: wrong or lost sign-ins", wrong, "", "0", wrong == 0, n=n)
    after = _reconciled(servers)
    lost = len(set(tally.serials) - set(after["serials"])) + len(after["problems"])
    accepted = after["statements"] - before["statements"]
    yield Record("morning storm: audit rows lost", lost + abs(accepted - len(tally.serials)), "", "0",
                 lost == 0 and accepted == len(tally.serials),
                 n=f"{accepted} statements, {len(tally.serials)} certificates reconciled")  # fmt: skip
    yield from _at_the_next_request(storm, servers)


def _at_the_next_request(storm: Storm, servers: Servers) -> Iterator[Record]:
    """Requests that still went through after a terminal was revoked and an account disabled."""
    servers.run(servers.home, "signer", "device", "revoke", "storm-0")
    late = _goes_through(storm, turn=TERMINALS)  # the same terminal
    yield Record("revoked terminal refused", late + 1, "requests", "next request", late == 0, n="1")
    register = open_register(servers.database, servers.folder)
    person = int(storm.order[TERMINALS + 1])
    register.set_active(number_of(person), False)
    late = _goes_through(storm, turn=TERMINALS + 1)
    yield Record("disabled account refused", late + 1, "requests", "next request", late == 0, n="1")


def _goes_through(storm: Storm, turn: int) -> int:
    for attempt in range(10):
        tally = Tally()
        storm.sign_in(turn, tally)
        if not tally.serials:
            return attempt
    return 10


def _reconciled(servers: Servers) -> dict[str, list[str]]:
    return dict(json.loads(servers.run(servers.home, "audit", "reconcile", "--json")))


def _analysis() -> Iterator[Record]:
    """What the storm leaves out: the matcher's look at a whole sign-in's frames, one sign-in at a time."""
    from benchmarks.face_sign_in import CONSENT, PIN, QUIET, SOMEONE
    from benchmarks.face_sign_in import Terminal as Desk

    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        desk.service.create_first_administrator(SOMEONE, PIN)
        while not desk.service.enrol(CONSENT, lambda view: None, QUIET).accepted:
            desk.service.confirm_pin(PIN)
        desk.service.sign_out()
        looks = [desk.sign_in(seed).timings.get("look", 0.0) for seed in range(4)]
    look = statistics.median(each for each in looks if each)
    yield Record(
        "image analysis of one sign-in, not in the storm", look, "ms", n="4 looks, median, by the wall clock"
    )
