"""Where a laptop is, and one bounded conversation with it: over OpenSSH, with a wall-clock limit.

A laptop whose cable is pulled is noticed by keep-alives, one that hangs by the wall; what it starts here is
ended with it. Nothing it says is trusted: at most ``MAX_ANSWER`` bytes of it are kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_ANSWER = 2 * 1024 * 1024
SILENT = (2, 2)  # seconds between keep-alives, how many may stay unanswered


@dataclass(frozen=True)
class Laptop:
    """Where a laptop is reached. ``root``: a folder of this machine; else SSH to ``host``.

    ``enter``: the words before ``ssh`` that lead into a simulated laptop's network; they also say that it is
    simulated.
    """

    tag: str
    root: Path | None = None
    host: str = ""
    port: int = 22
    user: str = "root"
    identity: Path | None = None
    known_hosts: Path | None = None
    enter: tuple[str, ...] = ()

    @property
    def simulated(self) -> bool:
        return self.root is not None or bool(self.enter)


@dataclass(frozen=True)
class Answer:
    """What came back. ``code``: the exit code; None when the wall was reached."""

    out: bytes
    said: bytes
    code: int | None


def ssh(laptop: Laptop) -> list[str]:
    """The words that lead to a shell on ``laptop``: its known key only, no forwarding, no question."""
    options = [
        "BatchMode=yes",
        "StrictHostKeyChecking=yes",
        "ConnectTimeout=6",
        f"ServerAliveInterval={SILENT[0]}",
        f"ServerAliveCountMax={SILENT[1]}",
        "ForwardAgent=no",
        "ClearAllForwardings=yes",
        "ControlMaster=no",
        "LogLevel=ERROR",
    ]
    if laptop.identity is not None:
        options += [f"IdentityFile={laptop.identity}", "IdentitiesOnly=yes"]
    if laptop.known_hosts is not None:
        options += [f"UserKnownHostsFile={laptop.known_hosts}", "GlobalKnownHostsFile=/dev/null"]
    flags = [part for option in options for part in ("-o", option)]
    where = ["-p", str(laptop.port), f"{laptop.user}@{laptop.host}", "--"]
    return [*laptop.enter, "ssh", "-F", "none", "-T", *flags, *where]


async def ask(command: list[str], stdin: Path | None, wall: float) -> Answer:
    """Run ``command`` for at most ``wall`` seconds. OSError when it cannot be started at all."""
    source: Any = stdin.open("rb") if stdin is not None else asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=source,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    finally:
        if stdin is not None:
            source.close()
    try:
        assert process.stdout is not None  # noqa: S101 - asked for above
        assert process.stderr is not None  # noqa: S101
        heard = asyncio.gather(_bounded(process.stdout), _bounded(process.stderr), process.wait())
        return Answer(*await asyncio.wait_for(heard, wall))
    except TimeoutError:
        return Answer(b"", b"", None)
    finally:
        await _end(process)


async def _bounded(stream: asyncio.StreamReader) -> bytes:
    """At most MAX_ANSWER bytes; what comes after is read and dropped so that the sender does not hang."""
    kept = bytearray()
    while block := await stream.read(65536):
        kept += block[: MAX_ANSWER - len(kept)]
    return bytes(kept)


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the laptop's whole process group, if any of it is left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
