"""Starting and ending the programs of a realm. The mark of a realm's program is where it works: its current
folder lies in the realm's. The kernel keeps that, whatever became of whoever started it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from core.errors import SuiteError
from core.i18n import _
from installer.realm.layout import Layout

PROGRAMS = ("samba", "smbd", "winbindd", "squid", "negotiate_kerber", "log_file_daemon", "perl", "plackup",
            "starman", "python", "nmbd", "unlinkd")  # fmt: skip
"""Beginnings of the names (``/proc/PID/comm`` or the executable's): a shell that stands there is not ours."""
START_S, END_S, LAST_S = 120.0, 6.0, 10.0


def start(
    layout: Layout, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Run ``command`` in a session of its own; its words go to ``log/NAME.out``."""
    log = layout.folder / "log"
    log.mkdir(exist_ok=True)
    with (log / f"{name}.out").open("ab") as words:
        return subprocess.Popen(  # noqa: S603 - our own words
            list(command),
            cwd=layout.folder,
            env={**os.environ, **layout.environment(), **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            start_new_session=True,
        )


def wait_for(what: str, layout: Layout, ready: Callable[[], bool], seconds: float = START_S) -> None:
    """Until ``ready``, or SuiteError REALM-003 with where to read on."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise SuiteError(
                _("開発用の領域を始められませんでした。"),
                _("{what} が応答しません。").format(what=what),
                _("「{folder}」の記録を確かめてください。").format(folder=layout.folder / "log"),
                "REALM-003",
            )
        time.sleep(0.05)


def running(folder: Path, beginning: Sequence[str] = PROGRAMS, words: str = "") -> dict[int, str]:
    """The programs that work in ``folder``, by process id; with ``words`` in their command (NUL between)."""
    root = str(folder.resolve())
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            where, program = os.readlink(entry / "cwd"), os.path.basename(os.readlink(entry / "exe"))
            said = (entry / "cmdline").read_bytes().decode("utf-8", "replace") if words else ""
        except OSError:  # it has ended, or is the kernel's
            continue
        inside = where == root or where.startswith(root + "/")
        if inside and program.startswith(tuple(beginning)) and words in said:
            found[int(entry.name)] = program
    return found


def stop(folder: Path, beginning: Sequence[str] = PROGRAMS, words: str = "") -> None:
    """End them all: asked first, then ended. SuiteError REALM-004 if one does not go."""
    for number, seconds in ((signal.SIGTERM, END_S), (signal.SIGKILL, LAST_S)):
        end = time.monotonic() + seconds
        told: set[int] = set()
        while left := running(folder, beginning, words).keys() - {os.getpid()}:
            for pid in left - told:
                _tell(pid, number)
            told |= left
            if time.monotonic() > end:
                break
            time.sleep(0.05)
        else:
            return
    raise SuiteError(
        _("開発用の領域を終えられませんでした。"),
        _("終わらないプログラムがあります: {names}").format(names=", ".join(running(folder).values())),
        _("もう一度 ./mahoroba realm down を実行してください。"),
        "REALM-004",
    )


def _tell(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # it was faster
        os.kill(pid, number)
