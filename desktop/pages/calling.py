"""How a person may be called: the quiet hours of the settings, their words, the desktop's message."""

from __future__ import annotations

from datetime import datetime

from core.clock import TOKYO
from core.config import Config
from core.i18n import _
from core.quiet import QuietHours
from desktop.pages.services import Services
from desktop.ui.centre import Calling


def quiet_hours(config: Config) -> QuietHours:
    """As chosen, or as the policy says."""
    chosen = config.notifications
    return QuietHours.of(chosen.quiet_from, chosen.quiet_until)


def quiet_words(quiet: QuietHours) -> str:
    """One sentence; empty where there are none."""
    if quiet.begins == quiet.ends:
        return ""
    words = _("静かな時間は {begins} から {ends} まで。急ぎのものだけが鳴ります。")
    return words.format(begins=f"{quiet.begins:%H:%M}", ends=f"{quiet.ends:%H:%M}")


def calling_of(services: Services) -> Calling:
    """Asks the settings, and whether this person is here, anew each time."""

    def locked() -> bool:
        session = services.auth.session
        return session is None or session.locked

    return Calling(
        lambda: quiet_hours(services.config).hold(datetime.now(TOKYO)),
        lambda: quiet_words(quiet_hours(services.config)),
        services.tell,
        locked,
    )
