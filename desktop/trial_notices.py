"""The trial's notices from IT: posted once, by whoever has the IT role, through the real service."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from auth.bulletins import Bulletin
from auth.model import Role
from core.i18n import _

if TYPE_CHECKING:
    from desktop.pages.services import Services

_WEEK_S = 7 * 86_400


def post(services: Services) -> None:
    """As a job. Nothing where there are notices already, or where the person may not post any."""
    session, office = services.auth.session, services.auth.administration
    if session is None or session.person.role != Role.IT or office.bulletins():
        return
    now = time.time()
    for title, words, urgent in (
        (
            _("土曜日 9:00–12:00 の計画停電"),
            _(
                "本庁舎の電源工事のため、端末と共有フォルダが止まります。金曜日の退庁前に電源を切ってください。"
            ),
            False,
        ),
        (
            _("県をかたる不審なメールが届いています"),
            _("「パスワードの期限」という件名のメールは開かず、情報政策課（内線 2501）へ知らせてください。"),
            True,
        ),
    ):
        office.write_bulletin(Bulletin(title, words, now - 60, now + _WEEK_S, urgent))
