"""The policy in force: zones, thresholds, all settings, and who decided each. Read only: it is a file."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from auth.model import Factor
from core.config import SecuritySettings, declared
from core.i18n import _
from desktop.pages.administration.words import protected_words
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.widgets.table import Table


def policy_view(services: Services) -> QWidget:
    """What suffices in which zone, in words, then all settings with their origin."""
    box = QWidget()
    layout = page.column(box, 0.9)
    security = services.config.security
    for zone, sets in security.zones.items():
        here = _("（この端末）") if zone == security.zone else ""
        words = _sets(sets)
        layout.addWidget(
            page.label(
                _("区分「{zone}」{here}: {words}").format(zone=zone, here=here, words=words), wrap=True
            )
        )
    layout.addWidget(page.label(_protected(security), wrap=True))
    titles = [_("区分"), _("設定"), _("値"), _("決めた所"), _("説明")]
    table = Table(_("有効な方針と設定"), titles, (9, 14, 11, 9, 18))
    table.put([(row[0] + row[1], row) for row in _rows(services)])
    table.setMinimumHeight(theme.em(14))
    layout.addWidget(table, 1)
    layout.addWidget(page.label(_("変更は、管理者が方針ファイルで行います。"), "caption"))
    return box


def _sets(sets: Sequence[Sequence[str]]) -> str:
    return _(" または ").join("＋".join(Factor(name).words() for name in names) for names in sets)


def _protected(security: SecuritySettings) -> str:
    """The actions that want a further factor, by the factors that they want."""
    by_sets: dict[str, list[str]] = {}
    for action, sets in security.protected.items():
        by_sets.setdefault(_sets(sets), []).append(protected_words(action))
    if not by_sets:
        return _("もう一つの確認が要る操作はありません。")
    comma = _("、")
    parts = [f"{comma.join(actions)}: {sets}" for sets, actions in by_sets.items()]
    return _("直前 {seconds} 秒以内の確認が要る操作 – {parts}").format(
        seconds=security.step_up_s, parts=_("。").join(parts)
    )


def _rows(services: Services) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    order = (
        "security",
        "servers",
        "authority",
        "directory",
        "tickets",
        "offline",
        "plan",
        "face",
        "presence",
        "notifications",
        "camera",
        "trial",
        "appearance",
    )  # what decides comes first; a section that is new here, last
    rank = {name: number for number, name in enumerate(order)}
    for one in sorted(declared(), key=lambda d: rank.get(d.key.partition(".")[0], len(rank))):
        section, _dot, name = one.key.partition(".")
        value = getattr(getattr(services.config, section), name)
        if isinstance(value, dict):
            continue  # zones and protected actions, in words above
        origin = services.config.origin(one.key)
        decided = {"policy": _("方針: {by}"), "user": _("この利用者"), "default": _("既定値")}[origin.source]
        rows.append((one.section, one.title, _shown(value), decided.format(by=origin.by), one.description))
    return rows


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    if value is None or value in ([], ""):
        return _("なし")
    return str(value)
