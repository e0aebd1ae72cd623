"""Why the matcher does not hear somebody, and what to do."""

from __future__ import annotations

from core.errors import SuiteError
from core.i18n import _

NOT_ALLOWED = "AUTH-023"


def too_often() -> SuiteError:
    """One terminal asks for more than a person can perform."""
    return SuiteError(
        _("いまは顔でサインインできません。"),
        _("この端末からの要求が多すぎます。"),
        _("1 分ほど待つか、暗証番号でサインインしてください。"),
        "AUTH-021",
    )


def prove_again() -> SuiteError:
    """No factor other than the face was shown lately."""
    return SuiteError(
        _("この操作はまだできません。"),
        _("登録を変えるには、暗証番号で本人を確かめ直す必要があります。"),
        _("暗証番号を入力してください。"),
        "AUTH-022",
    )


def not_allowed() -> SuiteError:
    """This person has been stopped, deactivated or is gone: nobody hears them any longer."""
    return SuiteError(
        _("この操作はできません。"),
        _("この職員は現在利用できません。"),
        _("情報担当に確認してください。"),
        NOT_ALLOWED,
    )
