"""Whether a call by ``pam_exec`` may lead to a look at all: at this machine's own screen, after a key press,
for a service that an administrator has named.

A camera in a common stack approves whoever logs in from elsewhere while somebody sits before it. So it is the
service, the origin and the terminal that are judged here, before anything is opened. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from core.errors import SuiteError
from core.i18n import _

_REMOTE = (
    "sshd login remote rsh vsftpd proftpd ftp dovecot imap smtp samba cups squid nginx apache2 httpd cockpit"
)
_POWER = "su su-l sudo sudo-i runuser polkit-1 cron atd xrdp-sesman vncserver openvpn"
_COMMON = "other common-auth common-account common-session system-auth password-auth"
NEVER = frozenset(f"{_REMOTE} {_POWER} {_COMMON}".split())
"""Stacks that others include, or that answer to a network: no policy names these."""
SESSION = "open_session"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LOCAL_SCREEN = re.compile(r":\d{1,3}(\.\d{1,3})?|(/dev/)?tty\d{1,3}|(/dev/)?seat\d{1,3}")


@dataclass(frozen=True)
class Call:
    """What ``pam_exec`` says in the environment (pam_exec(8))."""

    kind: str
    user: str
    service: str
    remote_host: str
    remote_user: str
    terminal: str


def call_of(environment: Mapping[str, str]) -> Call:
    """Bounded: whatever is longer than a name can be is cut."""

    def said(name: str) -> str:
        return environment.get(name, "")[:256]

    return Call(
        said("PAM_TYPE"),
        said("PAM_USER"),
        said("PAM_SERVICE"),
        said("PAM_RHOST"),
        said("PAM_RUSER"),
        said("PAM_TTY"),
    )


def refusal(call: Call, services: Collection[str], stack: Callable[[str], str]) -> SuiteError | None:
    """Why nothing is opened; None where a look (or a PIN) may decide, or a session's key ring may be opened.
    ``services``: named by the policy; ``stack``: the text of a service's own file, asked for once the service
    is one of them."""
    if call.kind not in ("auth", SESSION) or call.user in ("", "root"):
        return _no(_("この呼び出しでは、顔を使いません。"), "PAM-001")
    if call.service not in services or call.service in NEVER or not _NAME.fullmatch(call.service):
        return _no(_("このサービスは、顔で開くものに入っていません。"), "PAM-002")
    if call.remote_host or call.remote_user or not _is_here(call.terminal):
        return _no(_("端末の前ではなく、ほかから呼ばれました。"), "PAM-003")
    if call.kind == "auth" and not asks_first(stack(call.service)):
        return _no(_("キーを押してから見る設定になっていません（pam_exec の expose_authtok）。"), "PAM-004")
    return None


def asks_first(stack: str) -> bool:
    """Whether a service's own file (not one that it includes) calls us, and only after PAM has asked at the
    screen: a mere key press is nothing typed, which looks the same as never having asked."""
    ours = _ours(stack, "auth")
    return bool(ours) and all("expose_authtok" in words for words in ours)


def opens_keyring(stack: str) -> bool:
    """Whether the same file calls us again when the session begins: then a secret is waited for."""
    return bool(_ours(stack, "session"))


def _ours(stack: str, kind: str) -> list[list[str]]:
    """The words of each line of ``kind`` that calls us."""
    return [
        words
        for line in stack.splitlines()
        if (words := line.split("#")[0].split())[:1] in ([kind], [f"-{kind}"])
        and any(word.endswith("pam_exec.so") for word in words)
        and any("mahoroba" in word for word in words)
    ]


def pin_of(typed: bytes) -> str | None:
    """What was typed at PAM's prompt: "" for the mere key press, a PIN, or None for something that is not
    ours (a password for the next module)."""
    text = typed.split(b"\0", 1)[0]
    if not text:
        return ""
    return text.decode("ascii") if len(text) <= 64 and text.isdigit() else None


def _is_here(terminal: str) -> bool:
    return not terminal or _LOCAL_SCREEN.fullmatch(terminal) is not None


def _no(why: str, code: str) -> SuiteError:
    return SuiteError(_("顔ではログインできません。"), why, _("パスワードでログインしてください。"), code)
