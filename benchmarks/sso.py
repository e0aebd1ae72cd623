"""One face, one ticket, in the development realm: from the accepted evidence to the proxy's answer.

What follows an accepted factor is the same for each (statement, signer, certificate, PKINIT, service ticket,
proxy); the PIN stands for the face here, whose own seconds are in ``face_sign_in``. The peer is the way that
goes: a one-time code and two passwords, typed by a script at ``KEY_S`` a key into programs that ask for them.
"""

from __future__ import annotations

import base64
import http.client
import os
import pty
import select
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from auth.agent.certificate import SignerClient, SignInKey
from auth.agent.client import MatcherClient
from auth.agent.terminal import connect
from auth.agent.ticket import KerberosCache
from benchmarks.record import Record
from core import gss
from installer.realm import command, directory, servers
from installer.realm.layout import (
    INTERNET,
    INTERNET_PORT,
    MATCHER_PORT,
    PROXY,
    PROXY_PORT,
    SIGNER_PORT,
    Layout,
)
from installer.realm.staff import PIN, STAFF

ROUNDS = 3  # by nine people: the signer takes thirty a minute from one terminal
TYPED = 5
KEY_S = 0.2  # five keys a second: a fast typist
OLD_NAME, OLD_PASSWORD = "old-way", "Kyu-No-2026-x"
READ_CODE = "import getpass; getpass.getpass('Code: ')"


@dataclass(frozen=True)
class Run:
    """Seconds: certificate in hand and first ticket taken; the proxy has answered."""

    ticket: float
    answered: float


def records() -> Iterator[Record]:
    folder = Path(tempfile.mkdtemp(prefix="realm-"))
    begin = time.monotonic()
    try:
        layout = command.up(folder)
        stood = time.monotonic() - begin
        answering = command.status(folder)
        os.environ["KRB5_CONFIG"] = str(layout.krb5)
        runs = list(_signed_in(layout))
        typed = [_typed(layout) for _number in range(TYPED)]
    finally:
        command.down(folder)
    yield Record(
        "the development realm, from nothing until all its services answer", round(stood, 1), "s", "< 60",
        stood < 60 and all(answering.values()), n=f"one run, {len(answering)} services",
    )  # fmt: skip
    answered = sorted(run.answered for run in runs)
    median, late = statistics.median(answered), answered[int(len(answered) * 0.95)]
    old = statistics.median(typed)
    n = f"{len(runs)} sign-ins of {len(STAFF) - 1} people, a PIN in the face's place; "
    n += f"typed: {TYPED} runs at {KEY_S} s a key, the code unchecked"
    yield Record(
        "evidence accepted → proxy answers 200, in the realm, median", round(median, 3), "s", "≤ 1.5",
        median <= 1.5, "one-time code + two passwords, typed", round(old, 3), round(median / old, 3), n,
    )  # fmt: skip
    yield Record("the same, 95 of 100", round(late, 3), "s", "≤ 3", late <= 3, n=n)
    path = statistics.median(run.ticket for run in runs)
    yield Record("certificate path alone: signer, certificate, PKINIT, median", round(path, 3), "s", "≤ 0.6",
                 path <= 0.6, n=n)  # fmt: skip


def _signed_in(layout: Layout) -> Iterator[Run]:
    home = layout.folder / "terminal"
    servers.enrol_terminal(layout, "bench-1", home)
    folder = home / "data" / "terminal"
    matcher = MatcherClient(connect(f"https://{layout.address}:{MATCHER_PORT}", folder))
    signer = SignerClient(connect(f"https://{layout.address}:{SIGNER_PORT}", folder))
    cache = KerberosCache(home / "run")
    for _round in range(ROUNDS):
        for number in list(STAFF)[1:]:
            key = SignInKey()  # made while the person performs
            statement = matcher.pin(number, PIN, None, key.hash).for_signer
            assert statement is not None
            begin = time.monotonic()
            certificate = signer.certificate(statement, key)
            cache.obtain(certificate.principal, b"".join(certificate.pem()))
            ticket = time.monotonic() - begin
            _ask_proxy(layout, cache.path)
            yield Run(ticket, time.monotonic() - begin)
            cache.destroy()


def _ask_proxy(layout: Layout, cache: Path) -> None:
    token = gss.Context("HTTP", PROXY, cache).step() or b""
    connection = http.client.HTTPConnection(layout.address, PROXY_PORT, timeout=10)
    header = {"Proxy-Authorization": "Negotiate " + base64.b64encode(token).decode()}
    connection.request("GET", f"http://{INTERNET}:{INTERNET_PORT}/", headers=header)
    assert connection.getresponse().status == 200
    connection.close()


def _typed(layout: Layout) -> float:
    """Seconds of the old way, from the first prompt to the proxy's answer."""
    directory.with_password(layout, OLD_NAME, OLD_PASSWORD)
    cache, other = layout.folder / "old", layout.folder / "older"
    begin = time.monotonic()
    _type([sys.executable, "-c", READ_CODE], "482913")
    for each in (cache, other):  # the desktop's password, then the application's
        _type(["kinit", "-c", f"FILE:{each}", OLD_NAME], OLD_PASSWORD)
    _ask_proxy(layout, cache)
    return time.monotonic() - begin


def _type(program: list[str], words: str) -> None:
    """Answer the program's prompt key by key."""
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(program[0], program)  # noqa: S606 - our own words
    asked = b""
    while b": " not in asked:
        select.select([terminal], [], [], 30)
        asked += os.read(terminal, 1000)
    for key in words + "\n":
        time.sleep(KEY_S)
        os.write(terminal, key.encode())
    _pid, status = os.waitpid(child, 0)
    os.close(terminal)
    assert status == 0, asked
