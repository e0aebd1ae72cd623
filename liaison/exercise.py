"""Holding a drill: start, injects that really break simulated laptops, end. All are events of the ledger."""

from __future__ import annotations

import random
from collections.abc import Callable

from liaison import lab
from liaison.drill import INJECTS, Drill, drills
from liaison.ledger import Ledger
from liaison.reach import Reach
from liaison.reports import Reports
from liaison.standing import Standing, Tile

STRUCK = 3
"""How many laptops an inject strikes."""


class Exercise:
    """``actor``: who holds the drill; ``changed`` is called after each event."""

    def __init__(
        self,
        ledger: Ledger,
        reports: Reports,
        reach: Reach,
        tiles: Callable[[], list[Tile]],
        actor: Callable[[], str],
        changed: Callable[[], None],
    ) -> None:
        self._ledger, self._reports, self._reach = ledger, reports, reach
        self._tiles, self._actor, self._changed = tiles, actor, changed

    def all(self) -> list[Drill]:
        """All drills, oldest first, computed from the ledger."""
        return drills(self._ledger.events())

    def start(self) -> Drill:
        """From now on the clock runs. A drill that was left open ends here."""
        self.end()
        number = f"D{len(self.all()) + 1}"
        self._ledger.mark("drill-start", number, self._actor())
        self._changed()
        return self.all()[-1]

    def end(self) -> Drill | None:
        """Stop the clock; the drill that ran, or None."""
        running = self._running()
        if running is None:
            return None
        self._ledger.mark("drill-end", running.id, self._actor())
        self._changed()
        return self.all()[-1]

    def inject(self, what: str) -> list[str]:
        """Something goes wrong, on purpose; simulated laptops really fail. Which laptops it struck."""
        running = self._running()
        if what not in INJECTS or running is None:
            return []
        tags = self._strike(what)
        words = {"inject": what, "laptops": "、".join(tags)}
        self._ledger.mark("drill-inject", running.id, self._actor(), words)
        self._changed()
        return tags

    def _strike(self, what: str) -> list[str]:
        ready = [tile.tag for tile in self._tiles() if tile.standing is Standing.READY]
        if what == "laptops-fail":
            tags = random.SystemRandom().sample(ready, min(STRUCK, len(ready)))
            for tag in tags:
                if (root := self._reach.root_of(tag)) is not None:
                    lab.break_laptop(root)
        elif what == "network-down" and self._reach.cut(ready):
            tags = ready
        else:
            return []
        for tag in tags:
            self._reports.forget(tag)
        return tags

    def repair(self) -> None:
        """A person has seen to the simulated laptops and cables that the drill broke."""
        self._reach.repair()

    def _running(self) -> Drill | None:
        known = self.all()
        return known[-1] if known and not known[-1].ended else None
