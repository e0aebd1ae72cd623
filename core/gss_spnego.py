"""Lets pyspnego, and what stands on it (smbprotocol), use the tickets of ``core.gss``.

Off Windows pyspnego reaches a ticket only through two packages that exist as source only. It chooses the
class by name, in one place; that place is given ours.
"""

from __future__ import annotations

import sys
from typing import Any

from core import gss


class TicketContext:
    """What smbprotocol and an HTTP client use of a pyspnego context, for ``protocol="kerberos"``."""

    def __init__(self, *, hostname: str, service: str, **_other: object) -> None:
        self._context = gss.Context(service, hostname, mechanism=gss.Mechanism.KERBEROS)

    @classmethod
    def available_protocols(cls, **_options: object) -> list[str]:
        return ["kerberos"]

    @property
    def complete(self) -> bool:
        return self._context.complete

    @property
    def session_key(self) -> bytes:
        return self._context.session_key

    def step(self, in_token: bytes | None = None) -> bytes | None:
        """The next token. SpnegoError, as its callers expect."""
        from spnego.exceptions import NoContextError

        try:
            return self._context.step(in_token)
        except gss.GssError as error:
            raise NoContextError(context_msg=str(error)) from error


def speak_kerberos() -> None:
    """From now on ``spnego.client(protocol="kerberos")`` takes the process's ticket cache. Again is fine."""
    if sys.platform != "win32" and gss.available():
        import spnego.auth

        chosen: Any = spnego.auth
        chosen.GSSAPIProxy = TicketContext
