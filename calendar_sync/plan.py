"""What to do with a listing: the rules of a download, as a pure function.

Rows with unsent edits are never touched. Rows go only when the server has said so, and only rows that came
from it. A deletion of many rows at once is held until a person has said yes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

HELD_COUNT = 50
HELD_SHARE = 0.2
FEW = 5  # below this many, a share means nothing


@dataclass(frozen=True, slots=True)
class Row:
    """What the cache knows of one object. ``etag`` empty: the server's own bytes have not been seen yet."""

    etag: str
    dirty: bool
    from_server: bool


@dataclass(frozen=True)
class Listing:
    """What the server says. ``complete``: it names everything there is, so what is missing is gone.

    ``gone`` are the hrefs it has explicitly called deleted; ``token`` covers exactly this listing.
    """

    present: Mapping[str, str]
    gone: frozenset[str] = frozenset()
    complete: bool = False
    token: str = ""


@dataclass(frozen=True)
class Plan:
    """``fetch``: hrefs to download. ``prune``: rows to drop. ``held``: rows that only a person may drop.

    ``stale``: rows with unsent edits whose object has changed there. They are left alone, but must be
    looked at again if the edit is taken back.
    """

    fetch: tuple[str, ...] = ()
    prune: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()


def plan(
    rows: Mapping[str, Row], listing: Listing, allow_mass_deletion: bool = False, known: int | None = None
) -> Plan:
    """Decide what a ``listing`` means for ``rows`` (by href).

    For one that is not complete, the rows that it names and those that wait for something are enough;
    ``known`` is then how many the server has given in all.
    """
    fetch = [href for href, etag in listing.present.items() if _wanted(rows.get(href), etag)]
    named = set(listing.gone)
    if listing.complete:
        named |= rows.keys() - listing.present.keys()
    gone = tuple(
        href
        for href in sorted(named - listing.present.keys())
        if (row := rows.get(href)) is not None and row.from_server and not row.dirty
    )
    if not listing.complete:
        unseen = (href for href, row in rows.items() if row.from_server and not row.etag and not row.dirty)
        fetch += [href for href in unseen if href not in listing.present and href not in named]
    stale = tuple(
        href
        for href, row in rows.items()
        if row.dirty and (href in named or listing.present.get(href, row.etag) != row.etag)
    )
    if known is None:
        known = sum(1 for row in rows.values() if row.from_server)
    if gone and not allow_mass_deletion and too_many(len(gone), known):
        return Plan(tuple(fetch), (), gone, stale)
    return Plan(tuple(fetch), gone, (), stale)


def too_many(deleted: int, known: int) -> bool:
    """Whether so many deletions at once are more likely a mistake than a wish."""
    if known < FEW:
        return False
    return deleted > HELD_COUNT or deleted > known * HELD_SHARE


def _wanted(row: Row | None, etag: str) -> bool:
    if row is None:
        return True
    return not row.dirty and (not row.etag or row.etag != etag)
