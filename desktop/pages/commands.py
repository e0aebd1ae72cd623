"""What the search field has at hand besides the pages: verbs of the window, and the settings."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QMainWindow

from core.i18n import _
from core.settings.declared import declared
from desktop.pages.matters import PersonAim
from desktop.pages.services import Services
from desktop.ui.search import Command

SETTINGS = (
    "appearance.theme",
    "appearance.text_scale",
    "appearance.font",
    "appearance.language",
    "appearance.reduced_motion",
    "appearance.steady_colours",
    "presence.after_s",
    "presence.warn_second_face",
    "notifications.quiet_from",
    "notifications.quiet_until",
    "camera.index",
)
"""Those with a row on the page of settings."""


def commands(window: QMainWindow, services: Services, text: str) -> list[Command]:
    """For ``text`` as typed so far; without any, only the verbs."""
    theme, verbs = partial(partial, _choose_theme, window, services), _("操作")
    found = [
        Command(
            _("顔を登録・取り直す"),
            "scan-smiley",
            lambda: services.enrol(False),
            "face enrol かお",
            group=verbs,
        ),
        Command(_("明るい配色にする"), "palette", theme("light"), "light theme", group=verbs),
        Command(_("暗い配色にする"), "palette", theme("dark"), "dark theme", group=verbs),
        Command(_("高コントラストにする"), "palette", theme("high-contrast"), "contrast", group=verbs),
    ]
    return found + _settings(services) if text.strip() else found


def _settings(services: Services) -> list[Command]:
    every = {each.key: each for each in declared()}
    group = _("設定")
    return [
        Command(
            every[key].title, "gear-six", partial(services.show, "settings", key),
            f"{every[key].description} {key}", group=group,
        )
        for key in SETTINGS
    ]  # fmt: skip


def find_person(services: Services, text: str) -> None:
    """The people of the register that hold ``text``, on the page of administration."""
    services.show("administration", PersonAim(text))


def _choose_theme(window: QMainWindow, services: Services, name: str) -> None:
    services.bridge.run(
        window,
        _("設定の保存"),
        lambda _r: services.config.save_user("appearance.theme", name),
        lambda _n: services.appearance_changed(False),
    )
