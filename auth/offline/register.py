"""The matcher's port over what is kept at this terminal: people sealed, counters and challenges beside them.

So the same matcher decides here, by the same pieces; only what it reads is fewer.
"""

from __future__ import annotations

from collections.abc import Iterator

from auth.lockout import Clock
from auth.matcher.store import SealedTemplate
from auth.model import Person
from auth.offline.kept import Kept, KeptPeople
from auth.offline.words import needs_office
from auth.register import SqlRegister


class OfflineRegister(SqlRegister):
    """Reads copies that are still good; changes nothing but counters and challenges."""

    def __init__(self, kept: KeptPeople, clock: Clock) -> None:
        super().__init__(kept.sql)
        self._kept, self._clock = kept, clock

    def kept(self, staff_number: str) -> Kept | None:
        return self._kept.get(staff_number, self._clock.now())

    def is_empty(self) -> bool:
        return False

    def add_person(self, person: Person, pin_hash: str | None = None, *, first: bool = False) -> None:
        raise needs_office()

    def change_person(self, person: Person, was: Person) -> None:
        raise needs_office()

    def set_active(self, staff_number: str, active: bool) -> None:
        raise needs_office()

    def person(self, staff_number: str) -> Person | None:
        kept = self.kept(staff_number)
        return kept.person if kept is not None else None

    def people(self, text: str = "", limit: int = 10_000) -> list[Person]:
        return [p for p in self._people() if text in p.staff_number + p.name + p.kana + p.section][:limit]

    def group(self, name: str) -> list[Person]:
        return [person for person in self._people() if name and person.group == name]

    def pin_hash(self, staff_number: str) -> str | None:
        kept = self.kept(staff_number)
        return kept.pin_hash if kept is not None else None

    def set_pin_hash(self, staff_number: str, pin_hash: str) -> None:
        raise needs_office()

    def put_template(self, template: SealedTemplate, consent_version: str) -> None:
        raise needs_office()

    def template(self, staff_number: str) -> SealedTemplate | None:
        kept = self.kept(staff_number)
        return kept.template if kept is not None else None

    def templates(self, model: str, model_version: str) -> Iterator[SealedTemplate]:
        for person in self._people():
            found = self.template(person.staff_number)
            if found is not None and (found.model, found.model_version) == (model, model_version):
                yield found

    def templates_mark(self) -> str:
        kept = self._kept.people(self._clock.now())
        return " ".join(sorted(f"{each.person.staff_number}:{each.mark}" for each in kept))

    def delete_template(self, staff_number: str) -> bool:
        raise needs_office()

    def consent(self, staff_number: str) -> tuple[str, float] | None:
        kept = self.kept(staff_number)
        return kept.consent if kept is not None else None

    def remember(self, device: str, staff_number: str, now: float) -> None:
        with self.sql.write() as change:
            change.run("UPDATE kept SET used = ? WHERE name = ?", now, staff_number)

    def last_people(self, device: str, limit: int) -> list[Person]:
        return self._people()[:limit]

    def _people(self) -> list[Person]:
        return [kept.person for kept in self._kept.people(self._clock.now())]
