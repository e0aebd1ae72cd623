"""The terminal's side of the matcher's door for the day it will not answer: what may be kept, what waited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auth.agent.client import MatcherClient


class OfficeClient(MatcherClient):
    """Asks as this terminal, or as whoever an access names."""

    def standing(self) -> dict[str, Any]:
        """Who of this terminal's people is one of the office's, and its policy."""
        return self._call("GET", "/v1/offline")

    def release(self, access: str) -> dict[str, Any]:
        """The template of whoever ``access`` names, if he agreed to a copy here."""
        return self._call("GET", "/v1/offline/mine", access=access)

    def report(self, queue: str, rows: Sequence[Mapping[str, Any]]) -> int:
        """Hand over rows for the trail; the number of the last one that is there now."""
        return int(self._call("POST", "/v1/offline/rows", json={"queue": queue, "rows": rows})["heard"])
