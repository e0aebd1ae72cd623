"""A folder's rows in order: as one sort would, whichever way, and it lets others in between."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop.pages.sharefolder.order import arranged
from sharefolder.model import Entry

NAMES = st.lists(st.text("第回0123 資料.xa", min_size=1, max_size=9), max_size=40)


def entry(name: str, folder: bool = False, size: int = 0, changed: float = 0.0) -> Entry:
    return Entry(name, name, folder, size, changed)


def test_numbers_count_as_numbers_and_folders_come_first_both_ways() -> None:
    rows = [entry("第10回.txt"), entry("第2回.txt"), entry("道路", folder=True), entry("第02回.txt")]
    assert [rows[n].name for n in arranged(rows, (0, False), "")] == [
        "道路",
        "第2回.txt",
        "第02回.txt",
        "第10回.txt",
    ]
    assert [rows[n].name for n in arranged(rows, (0, True), "")][:2] == ["道路", "第10回.txt"]


@given(NAMES, st.booleans(), st.integers(0, 3))
def test_many_runs_give_what_one_sort_gives(names: list[str], down: bool, column: int) -> None:
    rows = [entry(n, len(n) % 3 == 0, len(n), float(ord(n[0]))) for n in names] * 30
    numbers = arranged(rows, (column, down), "")
    assert sorted(numbers) == list(range(len(rows))), "every row once"
    whole = [rows[n] for n in numbers]
    kinds = [e.folder for e in whole]
    assert kinds == sorted(kinds, reverse=True), "folders first"
    if column in (2, 3):
        for folder in (True, False):
            part = [(e.size, e.changed)[column - 2] for e in whole if e.folder is folder]
            assert part == sorted(part, reverse=down)
            came = [n for n in numbers if rows[n].folder is folder]
            keys = {n: (rows[n].size, rows[n].changed)[column - 2] for n in came}
            assert came == sorted(sorted(came), key=keys.__getitem__, reverse=down), "equal ones as they came"


def test_a_long_list_is_sorted_in_steps_that_let_the_window_in() -> None:
    rows = [entry(f"資料{number:06}") for number in range(5_000, 0, -1)]
    breaths: list[int] = []
    assert arranged(rows, (0, False), "", lambda: breaths.append(1)).tolist() == [*range(5_000)][::-1]
    assert len(breaths) >= 20
