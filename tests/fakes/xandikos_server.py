"""Xandikos as a program on a loopback port: the second server of the contract."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Its address; the user's home is ``/user/``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(sys.executable, "-m", "xandikos", "serve", "--directory", str(folder / "xandikos")),
        *("--listen-address", "127.0.0.1", "--port", str(port), "--autocreate", "--defaults"),
        *("--current-user-principal", "/user/"),
    ]
    log = (folder / "xandikos.log").open("wb")
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}/"
    try:
        _wait(process, address)
        yield address
    finally:
        process.terminate()
        process.wait(10)
        log.close()


def _wait(process: subprocess.Popen[bytes], address: str) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        try:
            httpx.get(address, trust_env=False)
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise RuntimeError("xandikos did not start")
