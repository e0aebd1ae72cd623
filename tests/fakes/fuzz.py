"""Bytes that nobody sent on purpose: seeds changed by chance, for whatever reads what others wrote.

Anything that comes out but an answer or a parser's own errors is a find. Changes are drawn from a seeded
generator, so that a find comes again. The parsers stand in ``fuzz_targets``.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
