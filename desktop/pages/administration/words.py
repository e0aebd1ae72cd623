"""Audit actions in words; an action without words here is shown as it is, never hidden."""

from __future__ import annotations

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
        "sign-in.accepted": _("サインイン"),
        "sign-in.partial": _("サインインの途中（もう一つの確認待ち）"),
        "sign-in.refused": _("サインインの拒否"),
        "session.closed": _("サインアウト"),
        "session.locked": _("画面のロック"),
        "face.enrolled": _("顔の登録"),
        "face.enrolment-refused": _("顔の登録の拒否"),
        "face.exported": _("顔データの書き出し"),
        "face.deleted": _("顔データの削除"),
        "pin.set": _("暗証番号の設定"),
    }.get(action, action)
