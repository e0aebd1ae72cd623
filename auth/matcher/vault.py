"""The templates, opened: sealed rows in, vectors out, and everybody's means kept in memory for the cohort."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auth.face.compare import MIN_COHORT, Metric, make_template
from auth.face.template import MOST_VECTORS, seal, unseal
from auth.matcher.store import Register, SealedTemplate
from core.errors import SuiteError

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Gallery:
    """Everyone enrolled with one model: ``means`` (n, d) in the order of ``numbers``."""

    numbers: tuple[str, ...]
    means: NDArray[np.float32]

    def others_near(
        self, staff_number: str, vectors: Sequence[NDArray[np.float32]], metric: Metric
    ) -> NDArray[np.float32]:
        """Of everyone else's means, those (m, d; at least MIN_COHORT where there are so many) among which are
        the nearest to each of ``vectors``: a cohort to normalise by, without a copy of the whole office."""
        closeness = self.means @ np.stack(vectors).T
        if metric is Metric.EUCLIDEAN:
            closeness = 2 * closeness - np.sum(self.means**2, axis=1, keepdims=True)
        count = min(len(self.numbers), MIN_COHORT + 1)
        places = np.unique(np.argpartition(-closeness, count - 1, axis=0)[:count])
        return self.means[[place for place in places if self.numbers[place] != staff_number]]


class Vault:
    """Seals and opens templates with the key of the secret store."""

    def __init__(self, register: Register, key: bytes) -> None:
        self._register = register
        self._key = key
        self._lock = threading.Lock()
        self._cached: dict[tuple[str, str, str], Gallery] = {}

    def put(
        self,
        staff_number: str,
        model: str,
        model_version: str,
        vectors: Sequence[NDArray[np.float32]],
        poses: int,
        enrolled: float,
        consent_version: str,
    ) -> None:
        """Replace the person's template in one transaction: a kill leaves the old or the new one."""
        stacked = np.stack(vectors[:MOST_VECTORS])
        sealed = seal(stacked, self._key, staff_number=staff_number, model=model, model_version=model_version)
        row = SealedTemplate(staff_number, model, model_version, len(stacked), poses, enrolled, sealed)
        self._register.put_template(row, consent_version)

    def open(self, row: SealedTemplate) -> NDArray[np.float32]:
        """The vectors (n, d) of a row. SuiteError FACE-102 when it does not open."""
        return unseal(
            row.sealed,
            self._key,
            staff_number=row.staff_number,
            model=row.model,
            model_version=row.model_version,
        )

    def gallery(self, model: str, model_version: str, metric: Metric) -> Gallery:
        """Everyone's means, read again whenever a template has changed. A row that does not open is left
        out (and logged): one damaged template must not keep the others from signing in."""
        mark = self._register.templates_mark()
        with self._lock:
            found = self._cached.get((model, model_version, mark))
            if found is None:
                found = self._read(model, model_version, metric)
                self._cached = {(model, model_version, mark): found}
        return found

    def _read(self, model: str, model_version: str, metric: Metric) -> Gallery:
        numbers: list[str] = []
        means: list[NDArray[np.float32]] = []
        for row in self._register.templates(model, model_version):
            try:
                vectors = self.open(row)
            except SuiteError as error:
                _log.warning("a template does not open: %s", error.code)
                continue
            numbers.append(row.staff_number)
            means.append(make_template(list(vectors), metric))
        return Gallery(tuple(numbers), np.stack(means) if means else np.zeros((0, 0), np.float32))
