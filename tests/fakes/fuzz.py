"""Bytes that nobody sent on purpose: seeds changed by chance, for every parser that reads what others wrote.

``TARGETS``: each parser with seeds and the errors that it may answer with. Anything else that comes out is a
find. Changes are drawn from a seeded generator, so that a find comes again.
"""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import SuiteError

_NASTY = (
    b"\x00", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\n", b"\r\n", b'"', b"{", b"[" * 50, b"]", b"-1",
    b"1e999", b"\xed\xa0\x80", "\u202e".encode(), b"=", b":", b";", b"BEGIN:VEVENT\r\n", b"&lol;",
    b"99999999999999999999", b"null",
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """``call`` reads one input. ``allowed``: what it may raise for bytes that are none of its own."""

    seeds: Sequence[bytes]
    call: Callable[[bytes], object]
    allowed: tuple[type[BaseException], ...] = (SuiteError,)


def mutated(seed: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """``seed`` with one to six changes: bits, bytes, lengths, cuts, copies, pieces of other seeds."""
    data = bytearray(seed)
    for _change in range(chance.randint(1, 6)):
        at = chance.randrange(len(data) + 1)
        kind = chance.randrange(7)
        if kind == 0 and data:
            data[at - 1] ^= 1 << chance.randrange(8)
        elif kind == 1 and data:
            data[at - 1] = chance.randrange(256)
        elif kind == 2:
            data[at:at] = chance.choice(_NASTY)
        elif kind == 3:
            del data[at : at + chance.randrange(1, 40)]
        elif kind == 4:
            piece = bytes(data[at : at + chance.randrange(1, 200)])
            data[at:at] = piece * chance.choice((1, 1, 2, 20))
        elif kind == 5:
            other = chance.choice(others)
            start = chance.randrange(len(other) + 1)
            data[at:at] = other[start : start + chance.randrange(1, 200)]
        else:
            del data[at:]
    return bytes(data[:200_000])


def finds(target: Target, rounds: int, seed: int) -> list[tuple[str, bytes]]:
    """(what came out, the input) of each round that was not answered properly; one of each kind."""
    chance, found = random.Random(seed), dict[str, tuple[str, bytes]]()
    for _round in range(rounds):
        data = mutated(chance.choice(target.seeds), target.seeds, chance)
        try:
            target.call(data)
        except target.allowed:
            continue
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            where = error.__traceback__
            while where is not None and where.tb_next is not None:
                where = where.tb_next
            line = where.tb_lineno if where is not None else 0
            found.setdefault(f"{type(error).__name__}:{line}", (repr(error)[:300], data))
    return list(found.values())


NAMES = (
    "ics: index", "ics: whole", "calendar server's answer", "share: directory answer", "share: rights",
    "text and CSV", "laptop profile", "audit trail", "backup manifest", "terminal report", "laptop answer",
)  # fmt: skip


def targets(folder: Path) -> dict[str, Target]:
    """Every parser of what comes from outside, with seeds of its own kind. ``folder``: for files."""
    from calendar_sync import ics, multistatus, scan
    from core import audit
    from core.secrets import MemorySecrets
    from liaison import answer, profile
    from office.backup import manifest
    from office.terminals import Report, parse
    from sharefolder import security, smb_wire
    from sharefolder.documents import text

    event = (
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
        b"TZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:a@b\r\n"
        b"DTSTART;TZID=X:20261125T100000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=5\r\n"
        b"EXDATE;TZID=X:20261130T100000\r\nSUMMARY:\xe4\xbc\x9a\xe8\xad\xb0\\, 302\r\n"
        b"END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    multi = (
        b'<?xml version="1.0"?><d:multistatus xmlns:d="DAV:"><d:response><d:href>/a.ics</d:href>'
        b'<d:propstat><d:prop><d:getetag>"1"</d:getetag></d:prop><d:status>HTTP/1.1 200 OK</d:status>'
        b"</d:propstat></d:response>"
        b"<d:sync-token>x</d:sync-token></d:multistatus>"
    )
    name = "報告.docx".encode("utf-16-le")
    entry = struct.pack("<IIQQQQQQII", 0, 0, 1, 2, 132_000_000_000_000_000, 4, 55, 64, 32, len(name))
    log = audit.AuditLog(folder / "seed.db", MemorySecrets())
    for number in range(3):
        log.append("person.added", actor="K100234", subject=f"K{number:06}", detail={"n": number})
    log._connections.get().conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    log._connections.close()
    report = Report("T-1", "Note", "Debian", "1", 1e9, ("Cam",), "ok", (), (("a", "1"),)).encoded()
    item = {"path": "data/a.db", "kind": "sqlite", "size": 3, "sha256": "0" * 64}
    listed = json.dumps({"format": 1, "created": "x", "items": [item], "rows": {"data/a.db:t": 1}}).encode()
    descriptor = (
        struct.pack("<BBHIIII", 1, 0, 0x8004, 20, 0, 0, 36) + bytes([1, 2, 0, 0, 0, 0, 0, 5]) + bytes(8)
    )
    descriptor += struct.pack("<BBHHH", 2, 0, 28, 1, 0) + struct.pack("<BBHI", 0, 3, 20, 0x1F01FF)
    descriptor += bytes([1, 1, 0, 0, 0, 0, 0, 1]) + bytes(4)

    def read_whole(chunks: bytes) -> object:
        return list(multistatus.read([chunks[:50], chunks[50:]], multistatus.Tail()))

    def in_file(call: Callable[[Path], object], suffix: str) -> Callable[[bytes], object]:
        def run(data: bytes) -> object:
            path = folder / f"input{suffix}"
            path.write_bytes(data)
            return call(path)

        return run

    laptops = [p.read_bytes() for p in sorted(Path(profile.__file__).parent.glob("profiles/*.toml"))]
    return {
        "ics: index": Target([event], scan.scan),
        "ics: whole": Target([event], ics.calendar),
        "calendar server's answer": Target([multi], read_whole, (SuiteError, multistatus.Truncated)),
        "share: directory answer": Target([entry + name], smb_wire.parse, (ValueError,)),
        "share: rights": Target([descriptor], security.parsed, (ValueError,)),
        "text and CSV": Target(
            ["名前,数\n課,1\n".encode("cp932"), "\ufeffあ".encode()], text.decode, (text.Unreadable,)
        ),
        "laptop profile": Target(laptops, in_file(profile.load, ".toml")),
        "audit trail": Target(
            [(folder / "seed.db").read_bytes()], in_file(lambda p: list(audit.read_copy(p)), ".db")
        ),
        "backup manifest": Target([listed], manifest.parse, (ValueError, KeyError, TypeError)),
        "terminal report": Target([report], lambda data: parse(data, 2e9), (ValueError,)),
        "laptop answer": Target(
            [b'{"step":"a","state":"ok"}\n{"end":true}\n'],
            lambda data: answer.parse("T", data, data, 0, _BUNDLE),
        ),
    }


class _Bundle:
    identity, plan, version = "0" * 64, "mahoroba\nprofile\tx\n", 1


_BUNDLE = _Bundle()
