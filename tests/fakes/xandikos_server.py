"""Xandikos as a program on a loopback port: the second server of the contract."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fakes.loopback import free_port, wait_for


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Its address; the user's home is ``/user/``."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "xandikos", "serve", "--directory", str(folder / "xandikos")),
        *("--listen-address", "127.0.0.1", "--port", str(port), "--autocreate", "--defaults"),
        *("--current-user-principal", "/user/"),
    ]
    log = (folder / "xandikos.log").open("wb")
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}/"
    try:
        wait_for(process, address)
        yield address
    finally:
        process.terminate()
        process.wait(10)
        log.close()
