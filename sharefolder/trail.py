"""Audit lines of the shared folder: what was done to which file, without its name.

A file's name may hold a person's: the line carries a key made of the share and the path. Whoever has the file
in question finds its lines; nobody learns names from the trail. What was only read leaves no line.
"""

from __future__ import annotations

from collections.abc import Callable

from blake3 import blake3

from core.audit import Detail

Trail = Callable[[str, str, Detail], None]
"""(action, subject, detail) of whoever is signed in, appended before the event is published."""


def key(place: str, path: str) -> str:
    """The subject of ``path``'s lines: 20 hexadecimal digits."""
    return blake3(f"{place}\0{path}".encode("utf-8", "surrogateescape")).hexdigest()[:20]


def untold(_action: str, _subject: str, _detail: Detail) -> None:
    """For a share that nobody signs in to (measurements, the index service)."""
