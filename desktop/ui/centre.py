"""The one centre of notifications: what called this person, and whether it may call aloud now."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

_MOST = 50


@dataclass(frozen=True)
class Note:
    """``key`` names its matter (``source:rest``): the same matter again takes its place, and calls nobody.

    ``action`` and ``more``: a label and what it does. ``urgent`` passes the quiet hours, and
    so does what was asked for at this ``timed`` moment.
    """

    key: str
    icon: str
    title: str
    sentence: str = ""
    urgent: bool = False
    timed: bool = False
    action: tuple[str, Callable[[], object]] | None = None
    more: tuple[str, Callable[[], object]] | None = None
    time: float = field(default_factory=time.time)


@dataclass(frozen=True)
class Calling:
    """How notes may call aloud: ``quiet`` now? In which ``words`` are the quiet hours said? ``tell`` (title,
    sentence) is the desktop's own message. While ``locked`` anybody may stand there: nothing is said then."""

    quiet: Callable[[], bool] = lambda: False
    words: Callable[[], str] = lambda: ""
    tell: Callable[[str, str], None] = lambda _title, _sentence: None
    locked: Callable[[], bool] = lambda: False


class Centre(QObject):
    """For one session. ``quiet``: whether these are its quiet hours."""

    changed = Signal()
    called = Signal(object)  # a Note that may call aloud

    def __init__(self, parent: QObject, quiet: Callable[[], bool] = lambda: False) -> None:
        super().__init__(parent)
        self._quiet = quiet
        self._notes: dict[str, Note] = {}
        self._known: set[str] = set()
        self._unread: set[str] = set()

    @property
    def notes(self) -> list[Note]:
        """The urgent first, then the newest."""
        return sorted(self._notes.values(), key=lambda note: (not note.urgent, -note.time))

    @property
    def unread(self) -> int:
        return len(self._unread)

    def is_unread(self, note: Note) -> bool:
        return note.key in self._unread

    def put(self, note: Note, aloud: bool = True) -> None:
        """One more, or the same matter anew. ``aloud``: it may call, where these are no quiet hours."""
        self._keep(note, aloud)
        self.changed.emit()

    def hold(self, source: str, notes: Sequence[Note]) -> None:
        """Exactly these of ``source``; those that are gone leave without a word."""
        now = {note.key for note in notes}
        for key in [key for key in self._notes if key.startswith(source + ":") and key not in now]:
            self._drop(key)
        for note in notes:
            self._keep(note, True)
        self.changed.emit()

    def remove(self, key: str) -> None:
        """It is settled."""
        self._drop(key)
        self.changed.emit()

    def see(self) -> None:
        """The person has looked at the list."""
        self._unread.clear()
        self.changed.emit()

    def _keep(self, note: Note, aloud: bool) -> None:
        new = note.key not in self._known
        self._notes[note.key] = note
        if new:
            self._known.add(note.key)
            self._unread.add(note.key)
            for old in self.notes[_MOST:]:
                self._drop(old.key)
            if aloud and (note.urgent or note.timed or not self._quiet()):
                self.called.emit(note)

    def _drop(self, key: str) -> None:
        self._notes.pop(key, None)
        self._unread.discard(key)
