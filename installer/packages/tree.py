"""The finished folder: version, manifest, modes and times that depend on nothing but the content."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from installer.selftest.suite import MANIFEST

EPOCH = 1_789_000_000
"""Seconds since 1970 that every packed file carries: a build must not show when it was made."""


def finish(folder: Path, version: str) -> None:
    """Name the version, list every file with its SHA-256, and make modes and times equal everywhere."""
    (folder / "VERSION").write_text(version + "\n", encoding="ascii")
    (folder / MANIFEST).write_text(manifest(folder), encoding="utf-8")
    for path in [*folder.rglob("*"), folder]:
        if not path.is_symlink():
            runs = path.is_dir() or path.name == "mahoroba" or path.name.endswith(".sh") or ".so" in path.name
            path.chmod(0o755 if runs else 0o644)
        os.utime(path, (EPOCH, EPOCH), follow_symlinks=False)


def manifest(folder: Path) -> str:
    """A line a file, by name; a symbolic link counts as the file that it leads to."""
    lines = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != MANIFEST:
            lines.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n")
    return "".join(lines)


def digest(folder: Path) -> str:
    """One SHA-256 over names and contents: equal trees have equal digests."""
    return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()


def again_as(folder: Path, version: str, target: Path) -> Path:
    """The same program under another version, without building again: for a rehearsal of an upgrade."""
    shutil.copytree(folder, target, symlinks=True, copy_function=os.link)
    for name in ("VERSION", MANIFEST):
        (target / name).unlink()
    finish(target, version)
    return target
