"""A machine without a camera: the PIN still signs in, and the trial shows what a camera would do."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment

from core.i18n import _
from core.paths import Paths
from desktop.pages.services import Services
from desktop.ui.notice import Notice


def offer_trial(owner: QObject, services: Services) -> None:
    """Look for a camera without opening it; where there is none, say so and offer the trial."""

    def say(cameras: int) -> None:
        if not cameras:
            words = _("この端末にカメラが見つかりません。暗証番号でサインインできます。")
            offer = (_("体験版を開く"), lambda: open_trial(services.paths))
            services.notices.show_notice(Notice("warning", words, action=offer))

    services.bridge.run(owner, _("カメラを探す"), lambda _r: _count(), say)


def open_trial(paths: Paths) -> None:
    """The trial is a program of its own, with its own home: nothing here is touched."""
    from desktop import trial

    program = QProcess()
    program.setProgram(sys.executable)
    program.setArguments(["-P", "-m", "desktop", "run", "--trial"])
    environment = QProcessEnvironment.systemEnvironment()
    for name, value in trial.environment(trial.own_home(paths)).items():
        environment.insert(name, value)
    program.setProcessEnvironment(environment)
    program.startDetached()


def _count() -> int:
    from auth.face.camera_devices import devices

    return sum(not device.virtual for device in devices())
