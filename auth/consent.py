"""The words a person agrees to before a face is enrolled. A changed text gets a new version: the register
keeps which version each person agreed to, and when."""

from __future__ import annotations

from core.i18n import _

VERSION = "2026-11-3"
OFFLINE_SINCE = "2026-11-3"
"""The first text that speaks of the copy at a terminal: of others nothing is copied."""


def text() -> str:
    """The consent in plain words: what is kept, where, how long, who deletes it, the way without a face."""
    return "\n".join(
        (
            _("サインインのために、顔の特徴を表す数値を登録します。顔の写真や映像は保存しません。"),
            _("数値は暗号化し、照合サーバー（1 台で使うときはこの端末）に置きます。"),
            _("サーバーに届かない日のため、あなたが使った端末にも暗号化した写しを置き、期限が来ると消します。"),
            _("サインイン以外の目的には使いません。"),
            _("確かめる間、画面の周りの色がやわらかく変わります（「設定 → 表示と言語」で止められます）。"),
            _("退職・異動で不要になったとき、またはあなたが削除したときに、すぐに消します。"),
            _("「設定 → 顔」で、いつでも内容を見る、写しを受け取る、登録し直す、削除することができます。"),
            _("顔の登録は任意です。登録しなくても、暗証番号でサインインできます。"),
            _("この数値は個人情報保護法の個人識別符号に当たり、庁内の規程に従って扱います。"),
        )
    )  # fmt: skip
