"""What the feature opens with: the plan, and what the office's own tables hold."""

from __future__ import annotations

from collections.abc import Callable

from core.audit import Detail
from core.events import Events
from core.sql import Sql
from office.plan import Figures, Plan, PlanChanged, Tell


class Office:
    """``require`` gives the acting IT person's number or raises AUTH-031; ``tell`` writes audit rows."""

    def __init__(
        self, sql: Sql, require: Callable[[], str], tell: Tell, events: Events, figures: Figures
    ) -> None:
        def told(action: str, actor: str, subject: str, detail: Detail) -> None:
            tell(action, actor, subject, detail)
            events.publish(PlanChanged())

        self.plan = Plan(sql, require, told, figures)
