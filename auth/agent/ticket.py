"""A certificate of five minutes becomes a Kerberos ticket for the day (PKINIT, RFC 4556): one ticket cache.

MIT's ``kinit`` does it. Where it is refused it asks for a password instead; so its input is closed, and a
prompt is a failure. The key never lies on a disk: kinit reads it from memory that only it is handed.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from auth.agent.certificate import InToken
from core import gss
from core.errors import SuiteError
from core.files import make_private_folder
from core.i18n import _

KINIT_S = 20.0
TRIES = 2  # one of 200 in a storm failed at Samba 4.17, and passed at once the second time
_REVOKED = "credentials have been revoked"
_SAYS = (
    (_REVOKED, "TICKET-003"),
    ("policy rejects", "TICKET-003"),
    ("Cannot contact any KDC", "TICKET-001"),
    ("Cannot find KDC", "TICKET-001"),
    ("Cannot resolve", "TICKET-001"),
    ("Clock skew", "TICKET-004"),
)
_OF_REFUSAL = {
    gss.Refusal.REVOKED: "TICKET-003",
    gss.Refusal.POLICY: "TICKET-003",
    gss.Refusal.UNREACHABLE: "TICKET-001",
    gss.Refusal.EXPIRED: "TICKET-006",
    gss.Refusal.NO_TICKET: "TICKET-006",
    gss.Refusal.UNKNOWN_SERVICE: "TICKET-005",
    gss.Refusal.OTHER: "TICKET-002",
}
log = logging.getLogger(__name__)


class TicketCache(Protocol):
    """The tickets of one session. Every call may take seconds; errors are SuiteErrors TICKET-001 … 006."""

    def obtain(self, principal: str, identity: bytes | InToken) -> None:
        """Take a first ticket with ``identity``: certificate and key, PEM or in a token. What was there is
        replaced."""

    def renew(self) -> None:
        """A fresh ticket for the one that is there, and thereby: may this person still have one?"""

    def ask(self, service: str, host: str) -> None:
        """A ticket for one service, which is kept for its clients."""

    def seconds_left(self) -> int:
        """Until the tickets end; 0 where there is none."""

    def destroy(self) -> None:
        """Nobody can use the tickets from here on; fine when there is none."""


class KerberosCache:
    """A ticket cache of its own in ``folder`` (0600 in 0700). One thread at a time; any may ``destroy``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.path = folder / "krb5cc"
        self._fresh = folder / "krb5cc.new"

    def obtain(self, principal: str, identity: bytes | InToken) -> None:
        for left in reversed(range(TRIES)):
            try:
                self._first(principal, identity)
                return
            except SuiteError as error:
                if not left or error.code != "TICKET-002":
                    raise
                log.info("PKINIT is tried again")

    def _first(self, principal: str, identity: bytes | InToken) -> None:
        if isinstance(
            identity, InToken
        ):  # its PIN is all that kinit can read; a password prompt finds the end
            said = f"X509_user_identity={identity.place}"
            self._kinit(["-X", said, "--", principal], pin=identity.pin)
            return
        with _in_memory(identity, self._folder) as (name, handed):
            self._kinit(["-X", f"X509_user_identity=FILE:{name}", "--", principal], handed)

    def renew(self) -> None:
        if not self.path.exists():
            raise refused("TICKET-006")
        self._fresh.write_bytes(b"")
        self._fresh.chmod(0o600)
        self._fresh.write_bytes(self.path.read_bytes())
        self._kinit(["-R"])

    def ask(self, service: str, host: str) -> None:
        try:
            gss.Context(service, host, self.path, gss.Mechanism.KERBEROS).step()
        except gss.GssError as error:
            log.info("no ticket for %s: %s", service, error)
            raise refused(_OF_REFUSAL[error.refusal]) from error

    def seconds_left(self) -> int:
        try:
            return gss.seconds_left(self.path) if self.path.exists() else 0
        except gss.GssError:
            return 0

    def destroy(self) -> None:
        for path in (self.path, self._fresh):
            try:
                with path.open("r+b") as file:
                    file.write(bytes(path.stat().st_size))
                    file.flush()
                    os.fsync(file.fileno())
                path.unlink()
            except FileNotFoundError:
                continue

    def _kinit(self, arguments: Sequence[str], handed: tuple[int, ...] = (), pin: str = "") -> None:
        """Into a cache beside the one in use, which it replaces only as a whole."""
        make_private_folder(self._folder)
        try:
            done = subprocess.run(  # noqa: S603 - our own words; the principal comes from the certificate
                ["kinit", "-c", f"FILE:{self._fresh}", *arguments],  # noqa: S607 - the system's
                input=f"{pin}\n".encode() if pin else b"",
                capture_output=True,
                timeout=KINIT_S,
                pass_fds=handed,
                env={**os.environ, "LC_ALL": "C"},
                start_new_session=True,  # without a terminal there is nothing to prompt at
                check=False,
            )
        except FileNotFoundError as error:
            raise refused("TICKET-007") from error
        except subprocess.TimeoutExpired as error:
            raise refused("TICKET-001") from error
        if done.returncode == 0 and b"Password for" not in done.stdout:
            os.replace(self._fresh, self.path)
            return
        self._fresh.unlink(missing_ok=True)
        words = done.stderr.decode("utf-8", "replace")
        raise refused(next((code for said, code in _SAYS if said in words), "TICKET-002"))


class NoRealm:
    """Where no realm is configured: there are no tickets, and nothing pretends that there are."""

    def obtain(self, principal: str, identity: bytes | InToken) -> None:
        raise refused("TICKET-008")

    def renew(self) -> None:
        raise refused("TICKET-008")

    def ask(self, service: str, host: str) -> None:
        raise refused("TICKET-008")

    def seconds_left(self) -> int:
        return 0

    def destroy(self) -> None:
        pass


@contextmanager
def _in_memory(identity: bytes, folder: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    """A file name under which a child finds ``identity``, and the descriptors that it must inherit."""
    if sys.platform == "linux":
        descriptor = os.memfd_create("identity")
        try:
            os.write(descriptor, identity)
            yield f"/proc/self/fd/{descriptor}", (descriptor,)
        finally:
            os.close(descriptor)
        return
    make_private_folder(folder)  # not tested: no other system was at hand
    path = folder / "identity.pem"
    try:
        path.write_bytes(b"")
        path.chmod(0o600)
        path.write_bytes(identity)
        yield str(path), ()
    finally:
        path.unlink(missing_ok=True)


def refused(code: str) -> SuiteError:
    """The error for ``code``, in words."""
    again = _("しばらくして、もう一度サインインしてください。")
    why, step = {
        "TICKET-001": (
            _("認証サーバー（KDC）が応答しません。"),
            _("ネットワークを確かめてください。つながると自動でやり直します。"),
        ),
        "TICKET-002": (_("認証サーバーが証明書を受け付けませんでした。"), again),
        "TICKET-003": (
            _("この職員の口座は止められています。"),
            _("心当たりがなければ、情報担当に連絡してください。"),
        ),
        "TICKET-004": (
            _("この端末の時計が認証サーバーとずれています。"),
            _("端末の時刻を合わせ、もう一度サインインしてください。"),
        ),
        "TICKET-005": (
            _("認証サーバーは、このサービスを知りません。"),
            _("情報担当に、サービスの登録（SPN）を確かめるよう伝えてください。"),
        ),
        "TICKET-006": (_("チケットの期限が切れています。"), _("もう一度サインインしてください。")),
        "TICKET-007": (
            _("この端末に kinit がありません。"),
            _("情報担当に、krb5-user と krb5-pkinit の導入を依頼してください。"),
        ),
        "TICKET-008": (_("この端末には領域が設定されていません。"), ""),
    }[code]
    return SuiteError(_("チケットを受け取れませんでした。"), why, step, code)
