"""How a laptop's standing looks and reads: an icon, a colour, and always a word."""

from __future__ import annotations

from dataclasses import dataclass

from core.i18n import _
from liaison.history import Place
from liaison.standing import Standing
from liaison.stocktake import Found


@dataclass(frozen=True)
class Look:
    icon: str
    role: str  # a colour of the tokens
    words: str


def look(standing: Standing) -> Look:
    """The one place that says how a standing is shown."""
    return {
        Standing.READY: Look("check-circle", "success", _("準備済み")),
        Standing.PREPARING: Look("hourglass", "primary", _("準備中")),
        Standing.LENT: Look("user", "link", _("貸出中")),
        Standing.OVERDUE: Look("clock", "warning", _("返却遅れ")),
        Standing.RETURNED: Look("arrow-counter-clockwise", "warning", _("消去待ち")),
        Standing.ATTENTION: Look("warning-circle", "danger", _("要確認")),
        Standing.UNKNOWN: Look("info", "muted", _("不明")),
        Standing.AWAY: Look("x", "muted", _("不在")),
    }[standing]


def state_words(state: str) -> str:
    """A check's state."""
    return {"ok": _("よい"), "fail": _("違う")}.get(state, _("わからない"))


def found_words(found: Found) -> str:
    """What a stocktake says of a laptop."""
    return {
        Found.PRESENT: _("あります"),
        Found.MISSING: _("見つからない"),
        Found.MISPLACED: _("台帳と違います"),
        Found.UNKNOWN: _("台帳にない端末です"),
    }[found]


def place_words(place: Place | None) -> str:
    """Where the ledger has a laptop."""
    if place is None:
        return _("登録なし")
    return {
        Place.SHELF: _("棚"),
        Place.LENT: _("貸出中"),
        Place.RETURNED: _("消去待ち"),
        Place.REPAIR: _("修理中"),
        Place.MISSING: _("所在不明"),
        Place.RETIRED: _("廃棄済み"),
    }[place]
