"""Samba's own record of changes (vfs_full_audit, prefix ``%u|%I|%S``), read from the file where IT has it
written: by syslog, or as smbd's log. Only the end of it is read; nothing is copied out of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from core.clock import TOKYO
from sharefolder import transfer
from sharefolder.activity import MOST, Act, What, concerns
from sharefolder.index.crawl import is_bin

_READ = 20_000_000  # bytes of the file's end
_SAME = 60.0  # seconds: one writing of a file, however many pieces it came in
_DONE = {
    "pwrite": What.WRITTEN,
    "pwrite_send": What.WRITTEN,
    "renameat": What.RENAMED,
    "unlinkat": What.DELETED,
    "mkdirat": What.MADE,
}
_LINE = re.compile(r"(?:^|\s)([^\s|]+)\|[^|]*\|[^|]*\|(\w+)\|ok\|(.+)$")
_SMBD = re.compile(r"^\[(\d{4})/(\d\d)/(\d\d) (\d\d):(\d\d):(\d\d)")
_ISO = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:[+-]\d\d:\d\d|Z)")


def acts(log: Path, root: Path, path: str, may_see: Callable[[list[str]], list[bool]]) -> list[Act]:
    """What was done to ``path`` (below ``root``) and in it, the newest first, as far as ``may_see`` allows
    their paths. OSError."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _READ))
        lines = file.read(_READ).decode("utf-8", "replace").splitlines()
    wanted = [act for act in _once(parsed(lines, root)) if concerns(act, path)][-20 * MOST :]
    wanted.reverse()
    named = sorted({each for act in wanted for each in (act.path, act.to) if each})
    seen = dict(zip(named, may_see(named), strict=True))
    return [act for act in wanted if all(seen[each] for each in (act.path, act.to) if each)][:MOST]


def parsed(lines: Iterable[str], root: Path) -> Iterator[Act]:
    """The acts in the lines of a log, in their order; any other line is passed over."""
    when = 0.0
    for line in lines:
        when = _time(line) or when
        found = _LINE.search(line)
        if found is None or (what := _DONE.get(found[2])) is None:
            continue
        paths = [_below(each, root) for each in found[3].split("|")]
        if len(paths) != 1 + (what is What.RENAMED) or None in paths or not when:
            continue
        act = Act(when, found[1][:64], what, paths[0] or "", (paths[1] or "") if len(paths) > 1 else "")
        if (said := _meant(act)) is not None:
            yield said


def _meant(act: Act) -> Act | None:
    """A part that gets its name has been written under that name; what goes into a bin is deleted, and what
    leaves it is back. Parts and bins themselves are nobody's concern."""
    if _in_bin(act.path) or _in_bin(act.to):
        if act.what is not What.RENAMED or (_in_bin(act.path) and _in_bin(act.to)):
            return None
        back = _in_bin(act.path)
        return Act(act.time, act.who, What.RESTORED if back else What.DELETED, act.to if back else act.path)
    if transfer.PART.search(act.path):
        return Act(act.time, act.who, What.WRITTEN, act.to) if act.what is What.RENAMED else None
    return act


def _in_bin(path: str) -> bool:
    return any(map(is_bin, path.split("/")))


def _once(every: Iterable[Act]) -> list[Act]:
    """Writing that goes on counts once, at its end."""
    made: dict[tuple[str, str], int] = {}
    kept: list[Act | None] = []
    for act in every:
        key = (act.who, act.path)
        at = made.get(key)
        if act.what is What.WRITTEN:
            before = kept[at] if at is not None else None
            if at is not None and before is not None and act.time - before.time < _SAME:
                kept[at] = None
            made[key] = len(kept)
        kept.append(act)
    return [each for each in kept if each is not None]


def _time(line: str) -> float | None:
    if found := _SMBD.match(line):
        try:
            return datetime(*map(int, found.groups()), tzinfo=_local()).timestamp()  # type: ignore[arg-type, misc]
        except ValueError:
            return None
    if found := _ISO.match(line):
        try:
            return datetime.fromisoformat(found[0]).timestamp()
        except ValueError:
            return None
    return None


def _local() -> object:
    """smbd writes the server's own time."""
    return datetime.now().astimezone().tzinfo or TOKYO


def _below(path: str, root: Path) -> str | None:
    inside = path.removeprefix(f"{root}/")
    return inside if inside != path or not path.startswith("/") else None
