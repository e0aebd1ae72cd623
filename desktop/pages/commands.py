"""What the search field offers besides the pages: verbs of the window, for whoever is signed in."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow

from auth.model import Role
from core.i18n import _
from desktop.pages.services import Services
from desktop.ui.search import Command


def commands(window: QMainWindow, services: Services, text: str) -> list[Command]:
    """For ``text`` as typed so far; the IT role may also look for a person of that name."""
    theme = partial(partial, _choose_theme, window, services)
    found = [
        Command(_("顔を登録・取り直す"), "scan-smiley", lambda: services.enrol(False), "face enrol かお"),
        Command(_("明るい配色にする"), "palette", theme("light"), "light theme"),
        Command(_("暗い配色にする"), "palette", theme("dark"), "dark theme"),
        Command(_("高コントラストにする"), "palette", theme("high-contrast"), "contrast"),
    ]
    session, name = services.auth.session, text.strip()
    if session is not None and session.person.role == Role.IT and name:
        words = _("「{text}」という人を探す").format(text=name)
        found.append(Command(words, "users", lambda: _find_person(window, services, name), text))
    return found


def _find_person(window: QMainWindow, services: Services, text: str) -> None:
    from desktop.pages.administration.people import People

    services.go("administration")
    office = window.findChild(People)
    if isinstance(office, People):
        office.finder.setText(text)
        office.finder.setFocus(Qt.FocusReason.OtherFocusReason)


def _choose_theme(window: QMainWindow, services: Services, name: str) -> None:
    services.bridge.run(
        window,
        _("設定の保存"),
        lambda _r: services.config.save_user("appearance.theme", name),
        lambda _n: services.appearance_changed(False),
    )
