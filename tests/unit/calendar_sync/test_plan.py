from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from calendar_sync.plan import Listing, Row, plan, too_many

HREFS = [f"/c/{n}.ics" for n in range(12)]
_rows = st.dictionaries(
    st.sampled_from(HREFS), st.builds(Row, st.sampled_from(["", "1", "2"]), st.booleans(), st.booleans())
)
_listings = st.builds(
    Listing,
    st.dictionaries(st.sampled_from(HREFS), st.sampled_from(["1", "2"])),
    st.frozensets(st.sampled_from(HREFS)),
    st.booleans(),
    st.just("t"),
)


@given(_rows, _listings, st.booleans())
def test_a_row_with_unsent_edits_is_neither_fetched_nor_dropped(
    rows: dict[str, Row], listing: Listing, allowed: bool
) -> None:
    decided = plan(rows, listing, allowed)
    dirty = {href for href, row in rows.items() if row.dirty}
    assert not dirty & {*decided.fetch, *decided.prune, *decided.held}


@given(_rows, _listings, st.booleans())
def test_only_rows_that_came_from_the_server_and_that_it_called_gone_are_dropped(
    rows: dict[str, Row], listing: Listing, allowed: bool
) -> None:
    decided = plan(rows, listing, allowed)
    for href in (*decided.prune, *decided.held):
        assert rows[href].from_server
        assert href not in listing.present
        assert href in listing.gone or listing.complete


@given(_rows, _listings)
def test_everything_new_or_changed_is_fetched(rows: dict[str, Row], listing: Listing) -> None:
    fetch = set(plan(rows, listing).fetch)
    for href, etag in listing.present.items():
        row = rows.get(href)
        assert (href in fetch) == (row is None or (not row.dirty and row.etag != etag))


@given(_rows, _listings)
def test_a_changed_object_under_an_unsent_edit_is_remembered(rows: dict[str, Row], listing: Listing) -> None:
    stale = set(plan(rows, listing).stale)
    for href, row in rows.items():
        if row.dirty and listing.present.get(href, row.etag) != row.etag:
            assert href in stale


def test_an_emptied_listing_is_held_until_a_person_has_said_yes() -> None:
    rows = {href: Row("1", False, True) for href in HREFS}
    empty = Listing({}, complete=True)
    assert plan(rows, empty).held == tuple(sorted(HREFS))
    assert plan(rows, empty).prune == ()
    assert plan(rows, empty, allow_mass_deletion=True).prune == tuple(sorted(HREFS))


def test_one_fifth_or_fifty_are_the_limit() -> None:
    assert not too_many(20, 100)
    assert too_many(21, 100)
    assert not too_many(50, 10_000)
    assert too_many(51, 10_000)
    assert not too_many(4, 4)
