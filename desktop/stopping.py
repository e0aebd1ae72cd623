"""What an incident stops at once, and what it cannot reach: said in words, each with the next step.

A feature's own door for a person (the schedule's app passwords) is closed here; what lies with others (the
directory, its tickets, a terminal out of reach) is named instead of left out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import SuiteError
from core.i18n import _
from office.incident import Stopped

if TYPE_CHECKING:
    from desktop.pages.services import Services


def stop_person(services: Services, staff_number: str, drill: bool) -> Stopped:
    """Sign-in and certificates first, then the schedule's passwords. AUTH-005 for a number that nobody has,
    AUTH-031, -032. A password that could not be stopped is named as left: the person is stopped already."""
    services.auth.administration.suspend(staff_number, drill)
    done = [_("サインインと新しい証明書（どの端末でも、次の要求から）")]
    left = [_("開いている画面: 次にサーバーに尋ねるまで残ります。本人の端末をロックしてもらってください。")]
    left += _tickets(services)
    left += _offline(services)
    for server, folder in _calendar_servers(services):
        try:
            count = _stop_passwords(services, folder, staff_number, drill)
            done.append(_("{server}のパスワード {count} 個（携帯など）").format(server=server, count=count))
        except SuiteError as error:
            words = _("{server}のパスワード: 止められませんでした。{why}")
            left.append(words.format(server=server, why=error.why) + _by_hand(staff_number))
    if not services.config.servers.calendar:
        left.append(_("職場の予定サーバーのパスワード（携帯など）: ") + _by_hand(staff_number))
    left.append(_("連絡員端末: 借りていれば、「連絡員端末」で返却と消去をしてください。"))
    return Stopped(tuple(done), tuple(left))


def stop_terminal(services: Services, name: str, drill: bool) -> Stopped:
    """DEV-001 for a terminal that there is not, AUTH-031."""
    services.auth.administration.revoke_device(name, drill)
    done = (_("端末の証明書と登録コード（次の要求から）"),)
    left = [
        _("開いている画面: 次にサーバーに尋ねるまで残ります。電源を切るか、ネットワークから外してください。"),
        *_tickets(services),
        *_offline(services),
        _("端末に残っているパスワード（予定など）: 使っていた人を時系列で確かめ、その職員も止めてください。"),
    ]
    return Stopped(done, tuple(left))


def _tickets(services: Services) -> Iterator[str]:
    if services.config.servers.realm:
        yield _(
            "AD の口座と、出ているチケット: AD で口座を無効にしてください。出ているチケットは、"
            "期限（AD の標準で最長 10 時間）まで使えるものがあります。"
        )
    else:
        yield _("ほかのシステムの口座（AD など）: そのシステムで無効にしてください。")


def _offline(services: Services) -> Iterator[str]:
    offline = services.config.offline
    if services.config.servers.matcher and offline.people and offline.days:
        yield _(
            "オフライン: サーバーに届かない端末では、最長 {days} 日サインインできます。"
            "端末をネットワークにつなぐと、そこで終わります。"
        ).format(days=offline.days)


def _by_hand(staff_number: str) -> str:
    words = _(
        "あれば、その機械で mahoroba calendar-server revoke {number} --all --folder … を行ってください。"
    )
    return words.format(number=staff_number)


def _calendar_servers(services: Services) -> Iterator[tuple[str, Path]]:
    """What the schedule's servers that this machine reaches are called, and their folders: its own, where it
    was ever used, and the one of the policy."""
    own, named = services.paths.data / "calendar-server", services.config.servers.calendar
    if os.path.exists(own / "devices.db"):
        yield _("この端末の予定サーバー"), own
    if named:
        yield _("職場の予定サーバー"), Path(named)


def _stop_passwords(services: Services, folder: Path, staff_number: str, drill: bool) -> int:
    from calendar_sync.servers.radicale_auth import AppPasswords

    if not os.path.exists(folder / "devices.db"):  # also where it may not be read
        raise _no_register()
    passwords = AppPasswords(folder / "devices.db")
    if drill:
        return passwords.count(staff_number)
    count = passwords.revoke_all(staff_number)
    session = services.auth.session
    actor = session.person.staff_number if session is not None else ""
    services.audit.append(
        "calendar.passwords.revoked", actor=actor, subject=staff_number, detail={"passwords": count}
    )
    return count


def _no_register() -> SuiteError:
    return SuiteError(
        _("予定のパスワードを止められませんでした。"),
        _("方針に書かれたフォルダに、予定のサーバーの一覧がありません。"),
        _("方針の servers.calendar を確かめてください。"),
        "CAL-024",
    )
