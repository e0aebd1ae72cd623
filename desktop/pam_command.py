"""``mahoroba pam``: called by ``pam_exec`` in the stack of a greeter or a lock screen; 0 lets the person in.

Only where an administrator has put it there and named the service in the policy. It opens no session of its
own: it answers one question, and the trail has the answer. Called again by the stack's session part, it opens
the person's gnome-keyring with the secret that the matcher has released for that log-in.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from auth.agent import keyring, pam
from auth.house import House, read_small
from auth.model import CameraView, Factor, Outcome
from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report

if TYPE_CHECKING:
    from auth.face.camera import Camera
    from auth.service import AuthService

MOST_S = 90  # then the kernel ends it, whatever hangs: the next module of the stack takes over
MOST_TYPED = 512


def main(arguments: list[str]) -> int:
    """0 if the person before the screen is ``PAM_USER``; else 1 and, for the screen, a line that says why."""
    parser = argparse.ArgumentParser(prog="mahoroba pam", description=_("PAM から呼ばれます（pam_exec）。"))
    parser.add_argument("--home", type=Path, required=True, help=_("この端末のデータを置く場所"))
    options = parser.parse_args(arguments)
    if hasattr(signal, "alarm"):
        signal.alarm(MOST_S)
    os.environ["MAHOROBA_HOME"] = str(options.home)
    call = pam.call_of(os.environ)
    house = House.open()
    refused = pam.refusal(call, house.config.pam.services, _stack_of)
    if refused is not None:
        detail = {"service": call.service[:64], "reason": refused.code}
        house.audit.append("pam.refused", actor="", detail=detail)
        _say(f"{refused.why}{refused.next_step}")
        return 1
    if call.kind == pam.SESSION:
        return _keyring_opened(call.user)
    keyring.taken(call.user)  # of a log-in that came to nothing
    typed = pam.pin_of(sys.stdin.buffer.read(MOST_TYPED))
    waits = pam.opens_keyring(_stack_of(call.service))
    return 1 if typed is None else _decided(house, call.user, typed, waits)


def _keyring_opened(user: str) -> int:
    """Open the key ring where a log-in of ours has just left a secret; after a password there is none."""
    secret = keyring.taken(user)
    try:
        if secret is not None:
            keyring.open_for(user, secret, os.environ.get("XDG_RUNTIME_DIR", "")[:256])
    except SuiteError as error:
        _say(f"{error.what}{error.why}")
        return 1
    return 0


def _stack_of(service: str) -> str:
    """The service's own file, as Linux-PAM finds it; empty where there is none."""
    for folder in (Path("/etc/pam.d"), Path("/usr/lib/pam.d")):
        with suppress(FileNotFoundError):
            return read_small(folder / service, 65_536).decode("utf-8", "replace")
    return ""


def _decided(house: House, user: str, pin: str, waits: bool) -> int:
    """``waits``: whether the session will want the key ring's secret."""
    service = _sign_in(house)
    try:
        outcome = _tried(service, user, pin)
        _say(f"{outcome.sentence} {outcome.next_step}".strip())
        if outcome.accepted and waits:
            _hand_over(service, user)
        return 0 if outcome.accepted else 1
    finally:
        service.sign_out()
        if service.office is not None:
            service.office.close()


def _hand_over(service: AuthService, user: str) -> None:
    """The person is in whatever becomes of the key ring."""
    try:
        keyring.hand_over(user, service.keyring())
    except SuiteError as error:
        _say(f"{error.what}{error.why}")


def _tried(service: AuthService, user: str, pin: str) -> Outcome:
    """The PIN that was typed, if any; the face, unless the PIN was enough."""
    if pin:
        outcome = service.sign_in_pin(user, pin)
        if outcome.accepted or Factor.FACE not in outcome.next_factors or outcome.staff_number is None:
            return outcome
    said = [""]

    def show(view: CameraView) -> None:
        """Each new sentence once: a greeter shows lines, no mirror."""
        if view.guidance.sentence != said[0]:
            said[0] = view.guidance.sentence
            _say(said[0])

    return service.sign_in_face(user, show, Report(lambda _done, _total, _text: None), lit=False)


def _sign_in(house: House) -> AuthService:
    from auth import local, remote
    from core.events import Events
    from desktop.app import camera_of

    def camera() -> Camera:
        return camera_of(house.config)

    if house.config.servers.matcher:
        return remote.open_service(house.config, house.paths, house.secrets, house.audit, Events(), camera)
    return local.open_service(house.config, house.paths, house.secrets, house.audit, Events(), camera)


def _say(line: str) -> None:
    print(line, flush=True)
