"""Places of a sheet, kept as runs down its columns: a whole column costs no more than a cell."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

Area = tuple[int, int, int]
"""A column, the first and the last row of a run in it; all from 0."""
Place = tuple[int, int]
"""Row and column from 0."""


class Areas:
    """What is in any of ``areas``, which may not overlap."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self._runs: dict[int, list[tuple[int, int]]] = {}
        for column, first, last in sorted(areas):
            self._runs.setdefault(column, []).append((first, last))

    def __contains__(self, place: Place) -> bool:
        row, column = place
        runs = self._runs.get(column)
        if runs is None:
            return False
        after = bisect_right(runs, row, key=lambda run: run[0])
        return after > 0 and row <= runs[after - 1][1]


def runs(places: Iterable[Place]) -> tuple[Area, ...]:
    """``places`` as the fewest areas."""
    made: list[Area] = []
    for column, row in sorted({(column, row) for row, column in places}):
        if made and made[-1][0] == column and made[-1][2] == row - 1:
            made[-1] = column, made[-1][1], row
        else:
            made.append((column, row, row))
    return tuple(made)
