"""What ``auth.service`` refuses, in words: who is not here, not proved, or somebody else."""

from __future__ import annotations

from auth.agent.client import Reply
from core.errors import SuiteError
from core.i18n import _


def not_proved(reply: Reply) -> SuiteError:
    why, step = reply.reason.sentence(), reply.reason.next_step()
    return SuiteError(_("本人を確かめられませんでした。"), why, step, "PIN-010")


def mixed_up() -> SuiteError:
    return SuiteError(
        _("サインインを完了できませんでした。"),
        _("照合の証明書が別の人のものです。"),
        _("もう一度サインインしてください。"),
        "AUTH-020",
    )


def someone_else() -> SuiteError:
    return SuiteError(
        _("ロックを解除できません。"),
        _("ロックした本人ではありません。"),
        _("本人が解除するか、「別の人」を選んでサインアウトしてから使ってください。"),
        "AUTH-035",
    )


def nobody_here() -> SuiteError:
    return SuiteError(
        _("この操作はできません。"),
        _("サインインしていないか、ロックされています。"),
        _("先にサインインしてください。"),
        "AUTH-033",
    )


def nothing_locked() -> SuiteError:
    return SuiteError(
        _("ロックを解除できません。"),
        _("ロックされたセッションがありません。"),
        _("サインインしてください。"),
        "AUTH-034",
    )
