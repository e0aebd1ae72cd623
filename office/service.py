"""What the feature opens with: the plan, the terminals, the trail's index, incidents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from core.audit import AuditLog, Detail, Entry
from core.events import Events
from core.paths import Paths
from core.secrets import SecretStore
from core.sql import Sql
from office.backup.record import Record
from office.incident import Incidents, Lock
from office.plan import Figures, Plan, PlanChanged
from office.policies import Policies
from office.states import States
from office.storage import Storage
from office.terminals import Collected, Inventory
from office.trail import TrailIndex, Wish, in_order

_AT_ONCE = 1000  # rows


class Office:
    """``require`` gives the acting IT person's number or raises AUTH-031, ``read`` the auditor's too."""

    def __init__(
        self,
        sql: Sql,
        paths: Paths,
        audit: AuditLog,
        require: Callable[[], str],
        read: Callable[[], str],
        change_policy: Callable[[], str],
        events: Events,
        figures: Figures,
        lock_person: Lock,
        lock_terminal: Lock,
        secrets: SecretStore,
        reports: str = "",
    ) -> None:
        """``change_policy``: as ``require``, and raises where a factor has to be shown first. ``secrets``
        hold the key that signs policies. ``reports``: where terminals leave their reports, or empty."""

        def tell(action: str, actor: str, subject: str, detail: Detail) -> None:
            audit.append(action, actor=actor, subject=subject, detail=detail)

        def told(action: str, actor: str, subject: str, detail: Detail) -> None:
            tell(action, actor, subject, detail)
            events.publish(PlanChanged())

        self._audit, self._read_role, self._reports = audit, read, reports
        self.plan = Plan(sql, require, told, figures)
        self.inventory = Inventory(sql, require)
        self.storage = Storage(sql, paths.data)
        self.states = States(sql, require)
        self.backups = Record(sql)
        self.incidents = Incidents(sql, require, tell, lock_person, lock_terminal, self.every)
        self.policies = Policies(paths.policy, secrets, change_policy, read, tell)
        self.trail = TrailIndex(paths.cache / "trail.db", audit.after)

    def find(self, wish: Wish, limit: int, before: int | None = None) -> list[Entry]:
        """Rows of the audit trail, newest first, for the IT role and the auditor. AUTH-031, DB-00x."""
        self._read_role()
        self.trail.follow()
        return in_order(self.trail.find(wish, limit, before), self._audit.after)

    def every(self, wish: Wish) -> Iterator[Entry]:
        """All rows that ``wish`` finds, newest first, read as they are asked for. AUTH-031, DB-00x."""
        self._read_role()
        self.trail.follow()
        before: int | None = None
        while ids := self.trail.find(wish, _AT_ONCE, before):
            yield from in_order(ids, self._audit.after)
            before = ids[-1]

    def collect(self) -> Collected:
        """Take up the terminals' reports; nothing where no folder is named. AUTH-031, INV-001."""
        if not self._reports:
            return Collected(0, ())
        return self.inventory.collect(Path(self._reports))
