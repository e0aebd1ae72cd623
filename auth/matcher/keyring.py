"""The secret that opens a person's key ring at one terminal: released after a sign-in, typed by nobody.

It is derived, not kept: from the key that all matchers of an office share, for this person at this terminal.
What one terminal is given opens nothing at another, and no list of secrets lies anywhere.
"""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auth.door import Caller, bearer, guarded, in_thread
from auth.matcher.matcher import Matcher
from auth.matcher.statement import Statement
from core.errors import SuiteError
from core.i18n import _

RELEASED_FOR_S = 60.0
"""After the sign-in that it belongs to: a log-in asks at once."""


class Keyrings:
    """``key``: the templates' (32 bytes), of which a key of its own is made (RFC 5869). Whoever changes it
    closes every key ring."""

    def __init__(self, matcher: Matcher, key: bytes) -> None:
        self._matcher = matcher
        self._key = HKDF(hashes.SHA256(), 32, salt=None, info=b"mahoroba keyring 1").derive(key)

    def routes(self, caller: Caller) -> tuple[Route, ...]:
        """The door to it."""

        async def release(request: Request) -> Response:
            device, access = await caller(request), bearer(request)
            return JSONResponse(await in_thread(lambda: self.release(access, device)))

        return (Route("/v1/keyrings/mine", guarded(release), methods=["POST"]),)

    def release(self, access: str, device: str) -> dict[str, str]:
        """The secret of whoever has just signed in there, with all that the zone asks for. SuiteError
        AUTH-020, AUTH-023 (no such access, not active), AUTH-025 (not enough, or too long ago)."""
        statement = self._matcher.caller(access, device, fresh=False)
        age = self._matcher.clock.now() - statement.issued
        if not statement.satisfied or not 0 <= age <= RELEASED_FOR_S:
            raise _not_released()
        self._matcher.audit.append(
            "keyring.released",
            actor=statement.subject,
            subject=statement.subject,
            detail={"terminal": device},
        )
        return {"secret": self._secret(statement)}

    def _secret(self, statement: Statement) -> str:
        """Lengths before the parts: no two pairs of person and terminal give the same words."""
        words = b"".join(
            len(part).to_bytes(2, "big") + part
            for part in (statement.device.encode(), statement.subject.encode())
        )
        return hmac.new(self._key, words, hashlib.sha256).hexdigest()


def _not_released() -> SuiteError:
    return SuiteError(
        _("鍵の保管庫は開きません。"),
        _("いまのサインインから時間がたったか、確認が足りません。"),
        _("もう一度ログインするか、保管庫のパスワードを入れてください。"),
        "AUTH-025",
    )
