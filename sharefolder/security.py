"""A security descriptor (MS-DTYP 2.4.6) as the shared folder needs it: who owns, who may read and write."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

READ, WRITE = 0x1, 0x2
_GENERIC_READ, _GENERIC_WRITE, _GENERIC_ALL = 0x80000000, 0x40000000, 0x10000000
_FULL = 0x1F01FF
_ALLOWED, _DENIED = 0, 1
_TO_FILES_AND_FOLDERS, _INHERIT_ONLY, _INHERITED = 0x03, 0x08, 0x10
_SELF_RELATIVE, _PROTECTED, _DACL_PRESENT = 0x8000, 0x1000, 0x0004
EVERYONE = bytes((1, 1, 0, 0, 0, 0, 0, 1)) + bytes(4)  # S-1-1-0
_CREATOR = 3  # authority of S-1-3-…: stands for whoever makes something, not for a person


@dataclass(frozen=True)
class Ace:
    """One line of the list. ``kind`` 0 allows, 1 denies; ``sid`` in binary form."""

    kind: int
    flags: int
    mask: int
    sid: bytes

    @property
    def here(self) -> bool:
        """Whether it counts for the thing itself (and not only for what is made in it)."""
        return not self.flags & _INHERIT_ONLY and authority(self.sid) != _CREATOR

    @property
    def reads(self) -> bool:
        return bool(self.mask & (READ | _GENERIC_READ | _GENERIC_ALL))

    @property
    def writes(self) -> bool:
        return bool(self.mask & (WRITE | _GENERIC_WRITE | _GENERIC_ALL))


@dataclass(frozen=True)
class Descriptor:
    """``aces`` None: no list at all, everybody may everything."""

    owner: bytes
    aces: tuple[Ace, ...] | None

    def allowed(self, write: bool) -> list[bytes]:
        """Whom a line allows to read, or to write."""
        lines = self.aces or ()
        return [a.sid for a in lines if a.kind == _ALLOWED and a.here and (a.writes if write else a.reads)]

    def denied(self) -> list[bytes]:
        """Whom a line forbids to read or to write."""
        return [a.sid for a in self.aces or () if a.kind == _DENIED and a.here and (a.reads or a.writes)]


def authority(sid: bytes) -> int:
    """The identifier authority: 1 world, 3 creator, 5 NT, 22 Unix (Samba)."""
    return int.from_bytes(sid[2:8], "big")


def words(sid: bytes) -> str:
    """``S-1-5-21-…``."""
    parts = struct.unpack(f"<{sid[1]}I", sid[8 : 8 + 4 * sid[1]])
    return "-".join(("S", str(sid[0]), str(authority(sid)), *map(str, parts)))


def parsed(data: bytes) -> Descriptor:
    """What a server answered. ValueError where a length lies."""
    if len(data) < 20:
        raise ValueError("a descriptor shorter than its head")
    _rev, _pad, control, owner, _group, _sacl, dacl = struct.unpack_from("<BBHIIII", data)
    found = _sid(data, owner) if owner else b""
    if not control & _DACL_PRESENT or not dacl:
        return Descriptor(found, None)
    return Descriptor(found, tuple(_aces(data, dacl)))


def _sid(data: bytes, start: int) -> bytes:
    if start + 8 > len(data) or data[start + 1] > 15 or start + 8 + 4 * data[start + 1] > len(data):
        raise ValueError("an identifier that ends outside")
    return data[start : start + 8 + 4 * data[start + 1]]


def _aces(data: bytes, start: int) -> Iterable[Ace]:
    if start + 8 > len(data):
        raise ValueError("a list that starts outside")
    count = struct.unpack_from("<H", data, start + 4)[0]
    place = start + 8
    for _each in range(count):
        if place + 8 > len(data):
            raise ValueError("a line that starts outside")
        kind, flags, size, mask = struct.unpack_from("<BBHI", data, place)
        if size < 8:
            raise ValueError("a line shorter than its head")
        if kind in (_ALLOWED, _DENIED):  # others (audit, conditions) grant nothing by themselves
            yield Ace(kind, flags, mask, _sid(data, place + 8))
        place += size


def together(sources: Sequence[Descriptor], owner: bytes) -> bytes:
    """A descriptor whose list holds the lines of all ``sources``, passed on to what is made below, with
    ``owner`` as someone who may everything; nothing comes from the folder above (protected)."""
    lines = {Ace(_ALLOWED, _TO_FILES_AND_FOLDERS, _FULL, owner): None}
    for source in sources:
        for ace in source.aces or (Ace(_ALLOWED, 0, _FULL, EVERYONE),):
            if ace.here:
                lines[Ace(ace.kind, _TO_FILES_AND_FOLDERS, ace.mask, ace.sid)] = None
    ordered = sorted(lines, key=lambda ace: -ace.kind)  # what denies stands first (canonical order)
    body = b"".join(
        struct.pack("<BBHI", a.kind, a.flags & ~_INHERITED, 8 + len(a.sid), a.mask) + a.sid for a in ordered
    )
    acl = struct.pack("<BBHHH", 2, 0, 8 + len(body), len(ordered), 0) + body
    return struct.pack("<BBHIIII", 1, 0, _SELF_RELATIVE | _PROTECTED | _DACL_PRESENT, 0, 0, 0, 20) + acl
