"""``mahoroba liaison``: its verbs, and how the two administrators whom a whole disk asks for prove it."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.i18n import _
from liaison import cli, errors

if TYPE_CHECKING:
    from auth.face.camera import Camera
    from auth.service import AuthService


def main(arguments: Sequence[str]) -> int:
    return cli.main(arguments, administrator)


def administrator(what: str) -> str:
    """Ask an administrator, here at the keyboard, to sign in with the PIN; their staff number.

    The matcher decides, so wrong PINs count against person and terminal as everywhere. SuiteError LOCK-001
    while a wait lasts, LIAISON-005 when it is not an administrator's.
    """
    from auth.model import Role

    print(what, file=sys.stderr)
    service = _sign_in()
    outcome = service.sign_in_pin(input(_("職員番号: ")).strip(), getpass.getpass(_("暗証番号: ")))
    session = outcome.session
    service.sign_out()
    if service.office is not None:
        service.office.close()
    if session is None:
        raise errors.wipe_refused(outcome.sentence)
    if session.person.role is not Role.IT:
        raise errors.wipe_refused(_("管理者ではありません。"))
    return session.person.staff_number


def _sign_in() -> AuthService:
    """Databases and models' names only where somebody has to prove something."""
    from auth import local, remote
    from auth.house import House
    from core.events import Events

    house = House.open()
    if house.config.servers.matcher:
        return remote.open_service(
            house.config, house.paths, house.secrets, house.audit, Events(), _no_camera
        )
    return local.open_service(house.config, house.paths, house.secrets, house.audit, Events(), _no_camera)


def _no_camera() -> Camera:
    raise errors.wipe_refused(_("ここでは暗証番号で確かめます。"))
