"""Every setting of the suite, declared once: type, bounds, default, and the words that explain it.

The settings page, the operator's guide and the checks of both files come from these declarations.
"""

from __future__ import annotations

from pydantic_settings import BaseSettings, SettingsConfigDict

from core.settings.declaring import Section
from core.settings.identity import FaceSettings, OfflineSettings, Protected, SecuritySettings
from core.settings.office import (
    AuthoritySettings,
    DirectorySettings,
    PlanSettings,
    ServersSettings,
    TicketSettings,
)
from core.settings.terminal import (
    AppearanceSettings,
    CameraSettings,
    NotificationSettings,
    PamSettings,
    PresenceSettings,
    TrialSettings,
)

__all__ = [
    "AppearanceSettings",
    "AuthoritySettings",
    "CameraSettings",
    "DirectorySettings",
    "FaceSettings",
    "NotificationSettings",
    "OfflineSettings",
    "PamSettings",
    "PlanSettings",
    "PresenceSettings",
    "Protected",
    "Section",
    "SecuritySettings",
    "ServersSettings",
    "Settings",
    "TicketSettings",
    "TrialSettings",
]


class Settings(BaseSettings):
    """All sections. ``core.config`` decides which files are read; the environment is never a source."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", case_sensitive=True)

    appearance: AppearanceSettings = AppearanceSettings()
    camera: CameraSettings = CameraSettings()
    face: FaceSettings = FaceSettings()
    presence: PresenceSettings = PresenceSettings()
    notifications: NotificationSettings = NotificationSettings()
    security: SecuritySettings = SecuritySettings()
    servers: ServersSettings = ServersSettings()
    authority: AuthoritySettings = AuthoritySettings()
    directory: DirectorySettings = DirectorySettings()
    tickets: TicketSettings = TicketSettings()
    offline: OfflineSettings = OfflineSettings()
    pam: PamSettings = PamSettings()
    plan: PlanSettings = PlanSettings()
    trial: TrialSettings = TrialSettings()
