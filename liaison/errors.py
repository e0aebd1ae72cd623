"""What a person reads when something about the laptops cannot be done."""

from __future__ import annotations

from core.errors import SuiteError
from core.i18n import _


def profile_wrong(name: str, why: str) -> SuiteError:
    """``why`` names the line and, for a typo, what was probably meant."""
    return SuiteError(
        _("プロファイル「{name}」を読み取れませんでした。").format(name=name),
        why,
        _("示された行を直して、もう一度お試しください。"),
        "LIAISON-001",
    )


def bundle_refused(why: str) -> SuiteError:
    return SuiteError(
        _("この設定一式は使いません。"),
        why,
        _("プロファイルから作り直してください。何も変えていません。"),
        "LIAISON-002",
    )


def ledger_refused(why: str, next_step: str) -> SuiteError:
    return SuiteError(_("台帳に記録しませんでした。"), why, next_step, "LIAISON-003")


def unreadable_code(why: str) -> SuiteError:
    return SuiteError(
        _("読み取ったコードを使えません。"),
        why,
        _("端末のラベルをもう一度読み取るか、端末番号を手で入れてください。"),
        "LIAISON-004",
    )


def wipe_refused(why: str) -> SuiteError:
    return SuiteError(
        _("消去しませんでした。"),
        why,
        _("消去できるのは、登録した端末の利用者領域だけです。情報担当に確かめてください。"),
        "LIAISON-005",
    )


def wipe_failed(why: str) -> SuiteError:
    return SuiteError(
        _("消去を確かめられませんでした。"),
        why,
        _("この端末は貸し出さず、「消去待ち」のままにしてください。"),
        "LIAISON-006",
    )


def disk_refused(why: str) -> SuiteError:
    return SuiteError(
        _("記憶装置を消しませんでした。"),
        why,
        _("装置の名前を「lsblk」で確かめてください。何も書き込んでいません。"),
        "LIAISON-009",
    )


def merge_refused(why: str) -> SuiteError:
    return SuiteError(
        _("窓口の記録を合わせませんでした。"),
        why,
        _("書き出した窓口で、もう一度書き出してください。こちらの記録は変わっていません。"),
        "LIAISON-007",
    )


def lab_failed(why: str) -> SuiteError:
    return SuiteError(
        _("見本の端末を用意できませんでした。"),
        why,
        _("ディスクの空きを確かめて、もう一度お試しください。"),
        "LIAISON-008",
    )
