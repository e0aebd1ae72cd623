"""The same bundle on many laptops at once: over OpenSSH, or on folders that stand in for laptops.

Each laptop has a wall-clock limit and a keep-alive of its own: one whose cable is pulled is named and the
others go on. The next run begins again from what is there.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from core.files import write_atomically
from core.i18n import _
from liaison.answer import Outcome, parse
from liaison.bundle import Bundle
from liaison.laptop import Laptop, ask, ssh

WALL = 120.0
IN_FLIGHT = 24

Progress = Callable[[Outcome], None]


def run(
    verb: str,
    bundle: Bundle,
    signers: str,
    laptops: Iterable[Laptop],
    now: int,
    done: Progress = lambda outcome: None,
    wall: float = WALL,
    in_flight: int = IN_FLIGHT,
) -> list[Outcome]:
    """``check`` or ``apply`` on all ``laptops``; ``done`` is called as each one ends; an exception
    there stops the batch, and what runs is ended. ``now``: the preparer's clock."""
    with tempfile.TemporaryDirectory(prefix="mahoroba-fleet-") as made:
        folder = Path(made)
        write_atomically(folder / "bundle.tar", bundle.tar)
        write_atomically(folder / "signers", signers.encode())
        return asyncio.run(_batch(verb, bundle, folder, signers, list(laptops), now, done, wall, in_flight))


async def _batch(
    verb: str,
    bundle: Bundle,
    folder: Path,
    signers: str,
    laptops: list[Laptop],
    now: int,
    done: Progress,
    wall: float,
    in_flight: int,
) -> list[Outcome]:
    room = asyncio.Semaphore(in_flight)
    if any(laptop.root is not None for laptop in laptops):
        await _unpack(folder)

    async def one(laptop: Laptop) -> Outcome:
        async with room:
            command = _command(laptop, verb, folder, signers, now)
            stdin = None if laptop.root is not None else folder / "bundle.tar"
            outcome = await _ask(laptop, command, stdin, bundle, wall)
        done(outcome)
        return outcome

    tasks = [asyncio.create_task(one(laptop)) for laptop in laptops]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _unpack(folder: Path) -> None:
    (folder / "bundle").mkdir()
    process = await asyncio.create_subprocess_exec(
        "tar",
        "-xf",
        str(folder / "bundle.tar"),
        "-C",
        str(folder / "bundle"),
        stdin=asyncio.subprocess.DEVNULL,
    )
    if await process.wait() != 0:
        raise OSError("the bundle could not be unpacked")


def _command(laptop: Laptop, verb: str, folder: Path, signers: str, now: int) -> list[str]:
    if laptop.root is not None:
        agent, given = str(folder / "bundle" / "agent.sh"), str(folder / "signers")
        mine = [] if os.geteuid() == 0 else ["-o"]
        where = ["-r", str(laptop.root), "-n", str(now), *mine, str(folder / "bundle")]
        return ["sh", agent, verb, "-k", given, *where]
    # Everything of the run lies in memory: a laptop whose disk is full can still say so.
    remote = (
        "umask 077; for m in /dev/shm /run /tmp; do"
        " d=$(mktemp -d $m/mahoroba.XXXXXX 2>/dev/null) && break; done;"
        ' [ -n "$d" ] || { echo \'{"broken":"no room for the bundle"}\'; exit 4; };'
        ' trap \'rm -rf "$d"\' EXIT HUP INT TERM; mkdir "$d/b" && tar -xf - -C "$d/b" &&'
        f' printf %s {shlex.quote(signers)} >"$d/s" && sh "$d/b/agent.sh" {verb} -k "$d/s" -n {now} "$d/b"'
    )
    return [*ssh(laptop), remote]


async def _ask(
    laptop: Laptop, command: list[str], stdin: Path | None, bundle: Bundle, wall: float
) -> Outcome:
    try:
        answer = await ask(command, stdin, wall)
    except OSError:
        return Outcome(laptop.tag, False, _("ssh か sh を起動できません。"))
    if answer.code is None:
        late = _("{seconds:.0f} 秒のうちに終わりませんでした。").format(seconds=wall)
        return Outcome(laptop.tag, False, late)
    return parse(laptop.tag, answer.out, answer.said, answer.code, bundle)
