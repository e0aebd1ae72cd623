"""Quiet hours: from when until when nothing but what is urgent calls a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time


@dataclass(frozen=True)
class QuietHours:
    """On the office's clock, over midnight where ``begins`` is later than ``ends``; equal: never."""

    begins: time
    ends: time

    @classmethod
    def of(cls, begins: str, ends: str) -> QuietHours:
        """From ``HH:MM`` each. ValueError for anything else."""
        return cls(time.fromisoformat(begins), time.fromisoformat(ends))

    def hold(self, moment: datetime) -> bool:
        """Whether ``moment`` is in them."""
        now = moment.time()
        if self.begins <= self.ends:
            return self.begins <= now < self.ends
        return now >= self.begins or now < self.ends
