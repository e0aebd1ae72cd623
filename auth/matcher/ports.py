"""What the matcher and those around it want of the settings, the trail and the counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from core.settings import FaceSettings, SecuritySettings


class Rules(Protocol):
    """The settings that decide: ``core.config.Config`` has them."""

    @property
    def face(self) -> FaceSettings: ...

    @property
    def security(self) -> SecuritySettings: ...


class TokenStore(Protocol):
    """The old tokens: ``auth.totp.Tokens``."""

    def spend(self, staff_number: str, typed: str) -> bool: ...


class TimeStore(Protocol):
    """The office's count: ``auth.savings.OfficeTimes``."""

    def count(self, seconds: float, tickets: bool) -> None: ...


class Trail(Protocol):
    """The audit trail: ``core.audit.AuditLog``."""

    def append(
        self,
        action: str,
        *,
        actor: str,
        subject: str = "",
        detail: Mapping[str, str | int | float | bool] | None = None,
    ) -> int: ...
