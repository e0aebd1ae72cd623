"""Events that overlap stand side by side: which column each takes. Pure."""

from __future__ import annotations

from collections.abc import Sequence


def columns(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """(column, how many columns) for each (start, end). A touching end and start do not overlap."""
    places = [(0, 1)] * len(spans)
    cluster: list[int] = []
    ends: list[int] = []  # of each column of the cluster
    until = -1
    for index in sorted(range(len(spans)), key=lambda i: (spans[i][0], -spans[i][1])):
        start, end = spans[index]
        if cluster and start >= until:
            _close(places, cluster, len(ends))
            cluster, ends = [], []
        column = next((c for c, busy in enumerate(ends) if busy <= start), len(ends))
        if column == len(ends):
            ends.append(end)
        else:
            ends[column] = end
        places[index] = (column, 1)
        cluster.append(index)
        until = max(until, end)
    _close(places, cluster, len(ends))
    return places


def _close(places: list[tuple[int, int]], cluster: list[int], count: int) -> None:
    for index in cluster:
        places[index] = (places[index][0], count)


def lanes(spans: Sequence[tuple[int, int]]) -> list[int]:
    """The row of each bar (first day, day after the last) so that none covers another."""
    rows: list[int] = []
    placed = [0] * len(spans)
    for index in sorted(range(len(spans)), key=lambda i: (spans[i][0], -spans[i][1])):
        start, end = spans[index]
        row = next((r for r, busy in enumerate(rows) if busy <= start), len(rows))
        if row == len(rows):
            rows.append(end)
        else:
            rows[row] = end
        placed[index] = row
    return placed
