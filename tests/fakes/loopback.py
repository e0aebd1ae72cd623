"""What every server of the tests wants: a free port, patience until it answers, and an end."""

from __future__ import annotations

import fcntl
import os
import random
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO

import httpx

_PORTS = range(20_000, 32_000)  # below those that the kernel gives to connections, for a moment each
_held: list[IO[bytes]] = []


def free_port(address: str = "127.0.0.1") -> int:
    """One that a server can be told before it listens: it stays chosen, also for the test processes beside
    this one, until this process ends."""
    return _chosen(address, 1)


def free_pair() -> tuple[int, int]:
    """Two neighbours."""
    first = _chosen("127.0.0.1", 2)
    return first, first + 1


def _chosen(address: str, neighbours: int) -> int:
    for first in random.SystemRandom().sample(_PORTS, 200):
        if all(_take(address, first + more) for more in range(neighbours)):
            return first
    raise RuntimeError("no port is free")


def _take(address: str, port: int) -> bool:
    folder = Path(tempfile.gettempdir()) / f"mahoroba-test-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    choice = (folder / str(port)).open("wb")
    try:
        fcntl.flock(choice, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with socket.socket() as probe:
            probe.bind((address, port))
    except OSError:
        choice.close()
        return False
    _held.append(choice)
    return True


def wait_for(process: subprocess.Popen[bytes], address: str) -> None:
    """Until the server answers HTTP at ``address``. RuntimeError when it ended or a minute has gone."""
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            httpx.get(address, trust_env=False)
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise RuntimeError(f"{process.args!r} did not start")


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(15)
