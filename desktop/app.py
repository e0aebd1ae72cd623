"""The composition root: the only place that says "new". ``PAGES`` is the whole list of pages."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from core.config import Config
from core.events import Events
from core.i18n import _, set_language
from core.paths import Paths
from desktop.pages.administration import administration_page
from desktop.pages.services import Services
from desktop.pages.settings import settings_page
from desktop.pages.today import today_page
from desktop.pages.window import LOCALE, Window
from desktop.ui import theme
from desktop.ui.application import make_application, make_themed
from desktop.ui.bridge import Bridge
from desktop.ui.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from auth.face.camera import Camera
    from core.secrets import SecretStore

PAGES = (
    Page("today", lambda: _("今日"), "sun-horizon", today_page),
    Page(
        "administration",
        lambda: _("管理"),
        "users-three",
        administration_page,
        frozenset({"it", "auditor"}),
    ),
    Page("settings", lambda: _("設定"), "gear-six", settings_page, bottom=True),
)


def build(config: Config, paths: Paths, trial: bool = False) -> Services:
    """The services without the features: enough for a first paint."""
    return Services(config, paths, Events(), Bridge(), trial=trial or config.trial.enabled)


def open_features(
    services: Services, camera: Callable[[], Camera] | None = None, secrets: SecretStore | None = None
) -> None:
    """Open keys, audit trail and sign-in; slow (imports, databases), so never on the UI thread.

    Tests bring a ``camera`` and ``secrets``. SuiteError when a key or a database fails.
    """
    from auth.local import open_service
    from core.audit import AuditLog
    from core.secrets import open_secrets

    secrets = secrets or open_secrets(services.config, services.paths)
    services.key_warning = getattr(secrets, "warning", None) or ""
    services.audit = AuditLog(services.paths.data / "audit.db", secrets)
    services.auth = open_service(
        services.config,
        services.paths,
        secrets,
        services.audit,
        services.events,
        camera or (lambda: _camera(services)),
    )


def _camera(services: Services) -> Camera:
    """The camera to look through: a device, or in the trial the actor."""
    from auth.face.camera import DeviceCamera

    if services.trial:
        from desktop.trial import trial_camera

        return trial_camera(services.config)
    wanted = services.config.camera
    return DeviceCamera(wanted.allowed, wanted.index, (wanted.width, wanted.height), wanted.fps)


def main(trial: bool = False) -> int:
    """Open the window and stay until it is closed; the exit code."""
    app, _services, _window = start(trial)
    return app.exec()


def start(trial: bool = False) -> tuple[QApplication, Services, Window]:
    """Show the window; the features open behind its first paint."""
    paths = Paths.from_environment()
    config = Config.load(paths)
    set_language(config.appearance.language, LOCALE)
    app = make_application(sys.argv[:1])
    theme.current().follow_system()
    make_themed(config.appearance)
    services = build(config, paths, trial)
    window = Window(services, PAGES)
    window.resize(theme.em(76), theme.em(50))
    window.show()
    QTimer.singleShot(0, window, lambda: open_later(services, window))
    return app, services, window


def open_later(services: Services, window: Window, camera: Callable[[], Camera] | None = None) -> None:
    """Open the features behind the first paint, then let the window go on."""
    services.bridge.run(
        window, _("準備"), lambda _r: open_features(services, camera), lambda _n: window.open()
    )
