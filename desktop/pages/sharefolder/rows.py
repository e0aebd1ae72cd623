"""What a folder holds, in columns: a hundred thousand rows are a handful of objects.

As an object each they were what the collector walked over between two events, and what the window freed when
another folder was gone to: several times the 16 ms in which it has to answer.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import overload

from sharefolder import names
from sharefolder.model import Entry

_FEW = 8


class Rows(Sequence[Entry]):
    """The entries of ``folder`` as they came. Written by the one who makes it, before others see it."""

    __slots__ = ("_changed", "_folders", "_sizes", "_touched", "folder", "names")

    def __init__(self, folder: str, entries: Sequence[Entry] = ()) -> None:
        self.folder = folder
        self.names: list[str] = []
        self._folders = bytearray()
        self._sizes, self._changed, self._touched = array("Q"), array("d"), array("d")
        self.extend(entries)

    def extend(self, batch: Sequence[Entry]) -> None:
        """``batch`` is of this folder."""
        self.names += [entry.name for entry in batch]
        self._folders += bytes([entry.folder for entry in batch])
        self._sizes.extend([entry.size for entry in batch])
        self._changed.extend([entry.changed for entry in batch])
        self._touched.extend([entry.touched for entry in batch])

    def same(self, other: Rows) -> bool:
        """Whether the other folder holds the very same, in the same order."""
        if (self.folder, self._folders, self.names) != (other.folder, other._folders, other.names):
            return False
        ours, theirs = ((of._sizes, of._changed, of._touched) for of in (self, other))
        return ours == theirs

    def measured(self, numbers: Sequence[int]) -> tuple[int, int]:
        """How many of the rows ``numbers`` are folders, and the bytes of the others."""
        flags, sizes = self._folders, self._sizes
        folders, size = sum(map(flags.__getitem__, numbers)), sum(map(sizes.__getitem__, numbers))
        return folders, size - (sum(sizes[number] for number in numbers if flags[number]) if folders else 0)

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, place: int) -> Entry: ...
    @overload
    def __getitem__(self, place: slice) -> list[Entry]: ...
    def __getitem__(self, place: int | slice) -> Entry | list[Entry]:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(len(self)))]
        name = self.names[place]
        rest = (bool(self._folders[place]), self._sizes[place], self._changed[place], self._touched[place])
        return Entry(names.join(self.folder, name), name, *rest)


class Shown(Sequence[Entry]):
    """``rows`` in an order, perhaps some of them only: ``numbers`` are of rows."""

    __slots__ = ("_numbers", "_rows")

    def __init__(self, rows: Rows, numbers: Sequence[int] | None = None) -> None:
        self._rows = rows
        self._numbers = range(len(rows)) if numbers is None else numbers

    @property
    def folder(self) -> str:
        """Of which they are."""
        return self._rows.folder

    def names(self, first: int, last: int) -> list[str]:
        """Of the rows from ``first`` to ``last``, both included."""
        every = self._rows.names
        return [every[number] for number in self._numbers[first : last + 1]]

    def measured(self, first: int, last: int) -> tuple[int, int]:
        """Of the rows from ``first`` to ``last``, both included: how many are folders, and the bytes of the
        others. No line of Python for each: it is asked with every key that chooses one row more."""
        return self._rows.measured(self._numbers[first : last + 1])

    def rows_of(self, wanted: Collection[str]) -> list[int]:
        """Where those names are shown, in order. A few are found without a look at every row by Python."""
        every, numbers = self._rows.names, self._numbers
        if len(wanted) > _FEW:
            return [row for row, number in enumerate(numbers) if every[number] in wanted]
        found = []
        for name in wanted:
            with suppress(ValueError):  # not there, or not shown
                found.append(numbers.index(every.index(name)))
        return sorted(found)

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> Entry: ...
    @overload
    def __getitem__(self, place: slice) -> list[Entry]: ...
    def __getitem__(self, place: int | slice) -> Entry | list[Entry]:
        if isinstance(place, slice):
            return [self._rows[number] for number in self._numbers[place]]
        return self._rows[self._numbers[place]]
