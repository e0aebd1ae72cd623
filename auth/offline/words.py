"""What is said where the office does not answer and this terminal has to decide alone."""

from __future__ import annotations

from datetime import datetime

from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _
from core.wareki import format_date


def until_words(until: float) -> str:
    """「オフライン（令和8年12月7日（月）まで）」 for seconds since the epoch."""
    return _("オフライン（{day}まで）").format(day=_day(until))


def chip_words(until: float) -> str:
    """The same, short: beside others at the top of the window."""
    day = datetime.fromtimestamp(until, TOKYO).date()
    return _("オフライン（{month}月{day}日まで）").format(month=day.month, day=day.day)


def not_kept(asked: SuiteError) -> SuiteError:
    """``asked``: what the office's silence was told as."""
    return SuiteError(
        asked.what,
        _("職場のサーバーに届かず、この端末にはこの人のオフライン用の控えがありません。"),
        _("ネットワークを確かめるか、ふだん使っている端末で試してください。"),
        "OFF-001",
    )


def is_over(until: float) -> SuiteError:
    return SuiteError(
        _("オフラインではサインインできません。"),
        _("職場のサーバーで最後に確かめてから日がたち、この端末の控えは{day}に期限が切れました。").format(
            day=_day(until)
        ),
        _("ネットワークにつながる所でサインインしてください。"),
        "OFF-002",
    )


def needs_office() -> SuiteError:
    return SuiteError(
        _("この操作はオフラインではできません。"),
        _("登録を変えるには、職場のサーバーが必要です。"),
        _("つながったら、画面をロックして解除し直し、もう一度操作してください。"),
        "OFF-003",
    )


def local_only() -> SuiteError:
    """Why an open session has no tickets."""
    return SuiteError(
        _("ネットワークは使えません。"),
        _("職場のサーバーに届かないため、オフラインで使っています。"),
        _("つながったら、画面をロックして解除し直してください。"),
        "OFF-004",
    )


def _day(moment: float) -> str:
    return format_date(datetime.fromtimestamp(moment, TOKYO).date())
