"""What is unusual about this terminal today, in a few words each: above every page and sheet."""

from __future__ import annotations

from auth.model import Session
from auth.offline.words import chip_words
from core.i18n import _
from desktop.pages.services import Services

Chip = tuple[str, str]


def chips(services: Services) -> list[Chip]:
    """Each with its tone; none on a usual day."""
    found = [("note", _("体験版（見本の職員とカメラ）"))] if services.trial else []
    session = services.auth.session if services.ready else None
    if session is not None and session.offline_until is not None:
        found.append(("warning", chip_words(session.offline_until)))
    if services.key_warning:
        found.append(("warning", _("鍵をファイルに保管中")))
    return found


def alone(services: Services) -> list[Chip]:
    """Said only where there is nothing else to say."""
    return [] if services.config.servers.matcher else [("calm", _("この端末だけで動作中"))]


def status(services: Services, session: Session) -> list[str]:
    """The words behind the chips: zone and presence."""
    zone = _("区分: {zone}").format(zone=session.zone)
    return [zone, _("在席の確認: {words}").format(words=services.presence.words())]
