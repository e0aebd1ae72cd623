"""Audit actions in words; an action without words here is shown as it is, never hidden."""

from __future__ import annotations

from collections.abc import Sequence

from auth.model import Factor
from core.config import SecuritySettings
from core.i18n import _


def action_words(action: str) -> str:
    """What an audit row's action means."""
    return {
        "person.first": _("最初の管理者の登録"),
        "person.added": _("職員の追加"),
        "person.changed": _("職員の変更"),
        "person.activated": _("利用の再開"),
        "person.deactivated": _("利用の停止"),
        "person.unlocked": _("待ち時間の解除"),
        "terminal.unlocked": _("端末の待ち時間の解除"),
        "people.imported": _("名簿の読み込み"),
        "code.start.issued": _("開始コードの発行"),
        "code.break-glass.issued": _("非常用コードの発行"),
        "code.break-glass.asked": _("非常用コードの申請（1 人目）"),
        "code.device.issued": _("端末の登録コードの発行"),
        "device.enrolled": _("端末の登録"),
        "device.renewed": _("端末の証明書の更新"),
        "device.revoked": _("端末の停止"),
        "statement.signed": _("証明書のための確認の署名"),
        "certificate.issued": _("証明書の発行"),
        "certificate.refused": _("証明書の拒否"),
        "totp.imported": _("トークンの読み込み"),
        "totp.deleted": _("トークンの削除（期限）"),
        "ca.rotated": _("認証局の世代の追加"),
        "sign-in.accepted": _("サインイン"),
        "sign-in.partial": _("サインインの途中（もう一つの確認待ち）"),
        "sign-in.refused": _("サインインの拒否"),
        "offline.sign-in.accepted": _("オフラインのサインイン"),
        "offline.sign-in.partial": _("オフラインのサインインの途中（もう一つの確認待ち）"),
        "offline.sign-in.refused": _("オフラインのサインインの拒否"),
        "face.copied": _("オフライン用の顔データの控え（端末）"),
        "pam.refused": _("ログイン画面からの呼び出しの拒否"),
        "session.closed": _("サインアウト"),
        "session.locked": _("画面のロック"),
        "session.stepped-up": _("もう一つの確認"),
        "audit.exported": _("監査の記録の書き出し"),
        "face.enrolled": _("顔の登録"),
        "face.enrolment-refused": _("顔の登録の拒否"),
        "face.exported": _("顔データの書き出し"),
        "face.deleted": _("顔データの削除"),
        "pin.set": _("暗証番号の設定"),
        "share.sent": _("共有フォルダへの送信"),
        "share.copied": _("共有フォルダのコピー"),
        "share.moved": _("共有フォルダの移動"),
        "share.renamed": _("共有フォルダの名前の変更"),
        "share.trashed": _("共有フォルダの削除（戻せます）"),
        "share.restored": _("削除したものの復元"),
        "share.folder.made": _("フォルダの作成"),
        "share.place.added": _("共有の追加"),
        "inquiry.created": _("照会の作成"),
        "inquiry.answered": _("照会への回答"),
        "inquiry.extended": _("照会の期限の延長"),
        "inquiry.closed": _("照会の締め切り"),
        "inquiry.collated": _("回答の取りまとめ"),
        "person.suspended": _("事案による利用の停止"),
        "incident.opened": _("事案の開始"),
        "incident.locked-person": _("事案での職員の停止"),
        "incident.locked-terminal": _("事案での端末の停止"),
        "incident.report": _("事案の報告の保存"),
        "incident.closed": _("事案の終了"),
        "policy.saved": _("方針の保存"),
        "policy.put-back": _("方針を前のものに戻す"),
        "plan.entered": _("計画の実績の入力"),
        "plan.withdrawn": _("計画の実績の取り下げ"),
    }.get(action, action)


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
