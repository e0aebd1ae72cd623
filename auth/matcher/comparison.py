"""Probe against templates: 1:1, 1:N in a small group, and everyone at enrolment. Numbers out, no decision."""

from __future__ import annotations

import math
from collections.abc import Sequence

from auth.face.compare import MIN_COHORT, cohort_normalised, distance, make_template
from auth.face.encode import Vector
from auth.matcher.engines import STRANGER, Engine
from auth.matcher.store import Register, SealedTemplate
from auth.matcher.vault import Vault
from auth.model import Person
from auth.verdict import MatchEvidence, Reason
from core.errors import SuiteError


class Comparison:
    """Compares vectors of one engine. ``cohort_size``: 0 for never, else at least so many (and 30) others."""

    def __init__(self, register: Register, vault: Vault, engine: Engine, cohort_size: int) -> None:
        self._register = register
        self._vault = vault
        self._encoder = engine.encoder
        self._thresholds = engine.thresholds
        self._metric = engine.thresholds.metric
        self._cohort_size = cohort_size

    def nearest(
        self, vectors: Sequence[Vector], candidates: Sequence[Person]
    ) -> tuple[Person, MatchEvidence] | Reason:
        """The candidate nearest to the probe, or why there is none. Templates of another model are never
        compared. SuiteError FACE-102 when the only candidate's template does not open."""
        if not vectors:
            return Reason.POOR_IMAGE
        probe = make_template(vectors, self._metric)
        scored: list[tuple[float, float, Person]] = []
        for person in candidates:
            row = self._register.template(person.staff_number)
            template = self._mean(row, only=len(candidates) == 1) if row is not None else None
            if template is not None:
                raw = distance(template, probe, self._metric)
                scored.append((self._normalised(raw, template, probe, person.staff_number), raw, person))
        if not scored:
            return Reason.OTHER_MODEL if candidates else Reason.NOT_ENROLLED
        scored.sort(key=lambda each: each[0])
        best, raw, person = scored[0]
        rival = scored[1][0] if len(scored) > 1 else math.inf
        return person, MatchEvidence(best, raw, len(vectors), rival, len(scored))

    def enrolled_as(self, vectors: Sequence[Vector], staff_number: str) -> str | None:
        """Another staff number under which this face is enrolled already."""
        gallery = self._vault.gallery(self._encoder.name, self._encoder.version, self._metric)
        mean = make_template(vectors, self._metric)
        found = [
            (distance(other, mean, self._metric), number)
            for number, other in zip(gallery.numbers, gallery.means, strict=True)
            if number != staff_number
        ]
        nearest = min(found, default=(math.inf, ""))
        return nearest[1] if nearest[0] <= self._thresholds.alone else None

    def comparable(self, candidates: Sequence[Person]) -> bool:
        """Whether any of them is enrolled with this engine's model."""
        rows = (self._register.template(p.staff_number) for p in candidates)
        return any(row is not None and self._is_ours(row) for row in rows)

    def _is_ours(self, row: SealedTemplate) -> bool:
        return (row.model, row.model_version) == (self._encoder.name, self._encoder.version)

    def _mean(self, row: SealedTemplate, *, only: bool) -> Vector | None:
        if not self._is_ours(row):
            return None
        try:
            return make_template(list(self._vault.open(row)), self._metric)
        except SuiteError:
            if only:
                raise
            return None  # one damaged template must not shut out a whole group

    def _normalised(self, raw: float, template: Vector, probe: Vector, staff_number: str) -> float:
        """``raw`` less what both have in common with everyone, put back on the scale of raw distances."""
        gallery = self._vault.gallery(self._encoder.name, self._encoder.version, self._metric)
        if not self._cohort_size or len(gallery.numbers) <= max(self._cohort_size, MIN_COHORT):
            return raw
        others = gallery.others_near(staff_number, (template, probe), self._metric)
        return cohort_normalised(raw, template, probe, others, self._metric) + STRANGER[self._metric]
