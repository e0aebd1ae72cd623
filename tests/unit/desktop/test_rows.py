"""A folder in columns gives back what it was given, and finds rows by their names in any order of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop.pages.sharefolder.rows import Rows, Shown
from sharefolder.model import Entry

ENTRY = st.builds(
    lambda name, folder, size, changed: Entry(f"財政課/{name}", name, folder, size, changed),
    st.text("あ資料.x0", min_size=1, max_size=5),
    st.booleans(),
    st.integers(0, 2**64 - 1),
    st.floats(-1e9, 1e11),
)
ENTRIES = st.lists(ENTRY, max_size=30, unique_by=lambda e: e.name)


@given(ENTRIES, st.integers(0, 30))
def test_what_went_in_comes_out(entries: list[Entry], cut: int) -> None:
    rows = Rows("財政課", entries[:cut])
    rows.extend(entries[cut:])
    assert list(rows) == entries
    assert rows[1:-1] == entries[1:-1]
    assert rows.same(Rows("財政課", entries))
    assert not rows.same(Rows("税務課", entries)) or not entries
    for other in (entries[1:], entries[::-1][1:], [e._replace(changed=-2e9) for e in entries]):
        assert rows.same(Rows("財政課", other)) is (other == entries)


@given(ENTRIES, st.randoms(use_true_random=False), st.integers(0, 12))
def test_names_are_found_where_they_are_shown(entries: list[Entry], draw: object, many: int) -> None:
    numbers = list(range(len(entries)))
    draw.shuffle(numbers)  # type: ignore[attr-defined]
    hidden, numbers = numbers[:1], numbers[1:]
    shown = Shown(Rows("財政課", entries), numbers)
    assert list(shown) == [entries[n] for n in numbers]
    assert shown.names(0, 2) == [entries[n].name for n in numbers[:3]]
    wanted = {entries[n].name for n in [*hidden, *numbers][:many]} | {"ない"}
    assert shown.rows_of(wanted) == [row for row, n in enumerate(numbers) if entries[n].name in wanted]
