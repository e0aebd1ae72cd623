"""Who has signed in at this terminal: the name cards of a terminal whose people are known elsewhere."""

from __future__ import annotations

import json
import threading
from collections.abc import Container
from dataclasses import asdict
from pathlib import Path

from auth.model import Person, check_person
from core.errors import SuiteError
from core.files import write_atomically
from core.i18n import _

MOST = 8
_LONGEST = 100_000


class PeopleHere:
    """In ``path`` (0600), latest first; a file that cannot be read counts as empty. Thread-safe."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def is_empty(self) -> bool:
        """Whether the office has nobody yet: its servers know, and they do."""
        return False

    def last_people(self, _device: str, limit: int) -> list[Person]:
        with self._lock:
            return self._read()[:limit]

    def person(self, staff_number: str) -> Person | None:
        with self._lock:
            return next((p for p in self._read() if p.staff_number == staff_number), None)

    def add_person(self, person: Person, pin_hash: str, *, first: bool = False) -> None:
        raise SuiteError(
            _("この端末では登録できません。"),
            _("職員の名簿はサーバーにあります。"),
            _("情報担当に登録を依頼してください。"),
            "AUTH-036",
        )

    def remember(self, person: Person) -> None:
        with self._lock:
            others = [p for p in self._read() if p.staff_number != person.staff_number]
            kept = [asdict(p) for p in (person, *others)][:MOST]
            write_atomically(self._path, json.dumps(kept, ensure_ascii=False).encode())

    def keep_only(self, staff_numbers: Container[str]) -> None:
        """Of the others no card is shown any longer."""
        with self._lock:
            found = self._read()
            kept = [asdict(p) for p in found if p.staff_number in staff_numbers]
            if len(kept) < len(found):
                write_atomically(self._path, json.dumps(kept, ensure_ascii=False).encode())

    def _read(self) -> list[Person]:
        try:
            with self._path.open("rb") as file:
                return [check_person(Person(**each)) for each in json.loads(file.read(_LONGEST))]
        except (FileNotFoundError, ValueError, TypeError, SuiteError):
            return []
