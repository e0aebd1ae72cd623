"""What every server of the tests wants: a free port, patience until it answers, and an end."""

from __future__ import annotations

import socket
import subprocess
import time

import httpx


def free_port(address: str = "127.0.0.1") -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


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
