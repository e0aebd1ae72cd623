"""What a policy asks for before an action, in words."""

from __future__ import annotations

from collections.abc import Sequence

from auth.model import Factor
from core.i18n import _
from core.settings import SecuritySettings


def protected_words(action: str) -> str:
    """What a protected action (``auth.step_up.Action``) is called."""
    return {
        "person.deactivate": _("利用の停止と顔データの削除"),
        "person.role": _("役割の変更"),
        "person.unlock": _("待ち時間の解除"),
        "code.start": _("開始コードの発行"),
        "code.break-glass": _("非常用コードの発行"),
        "code.device": _("端末の登録コードの発行"),
        "tokens.import": _("トークンの読み込み"),
        "people.export": _("職員の一覧の書き出し"),
        "audit.export": _("監査の記録の書き出し"),
        "policy.save": _("方針の保存"),
    }[action]


def zone_words(security: SecuritySettings) -> str:
    """What suffices in which zone, and what asks for a factor more, a line each."""
    lines = []
    for zone, sets in security.zones.items():
        here = _("（この端末）") if zone == security.zone else ""
        words = _("区分「{zone}」{here}: {words}")
        lines.append(words.format(zone=zone, here=here, words=_sets(sets)))
    return "\n".join([*lines, _protected(security)])


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
