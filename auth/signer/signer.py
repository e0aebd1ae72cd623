"""Turns a statement into a certificate, if everything about it holds. Knows no HTTP: ``api`` is its door.

It believes nothing that the matcher concluded: the policy is applied again to the evidence named, the
account is asked for anew, and the statement is used up before anything is signed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509

from auth import policy
from auth.lockout import Clock
from auth.matcher.ports import Trail
from auth.matcher.statement import FOR_SIGNER, Statement, Verifier
from auth.signer.accounts import Accounts
from auth.signer.certificate import (
    Authority,
    key_hash,
    requested_key,
    sign_in_certificate,
)
from auth.signer.log import Claim, IssuanceLog, Issued, Rate
from core.errors import SuiteError
from core.i18n import _
from core.settings import SecuritySettings

FRESH_S = 60.0
RATE = Rate(per_terminal=30, per_person=6, window_s=60.0)


@dataclass(frozen=True)
class Certified:
    """A sign-in certificate and the names in it."""

    certificate: x509.Certificate
    principal: str
    realm: str


class Signer:
    """``authority`` gives the one that signs at a time; ``rules`` the zones in force."""

    def __init__(
        self,
        verifier: Verifier,
        accounts: Accounts,
        log: IssuanceLog,
        authority: Callable[[datetime], Authority],
        rules: Callable[[], SecuritySettings],
        audit: Trail,
        clock: Clock,
    ) -> None:
        self._verifier = verifier
        self._accounts = accounts
        self._log = log
        self._authority = authority
        self._rules = rules
        self._audit = audit
        self._clock = clock

    def issue(self, token: str, csr: bytes, device: str) -> Certified:
        """The certificate for the statement ``token`` and the request ``csr`` (DER) of terminal ``device``.

        SuiteError AUTH-020 (not a statement for this signer, terminal, now), SIGN-002 (request), SIGN-004
        (another key), SIGN-005 (policy), SIGN-006 (used), SIGN-007 (too many), ACC-001, DIR-001, CA-00x.
        Every refusal after a valid signature leaves a line in the trail.
        """
        statement = self._verifier.verify(token, FOR_SIGNER, device)
        try:
            certified = self._issue(statement, csr)
        except SuiteError as error:
            self._note("certificate.refused", statement, code=error.code)
            raise
        serial = f"{certified.certificate.serial_number:x}"
        self._note("certificate.issued", statement, serial=serial, key=statement.key)
        return certified

    def _issue(self, statement: Statement, csr: bytes) -> Certified:
        now = self._clock.now()
        if now - statement.issued > FRESH_S + 1:
            raise _used()
        key = requested_key(csr)
        if key_hash(key) != statement.key:
            raise _other_key()
        self._check_policy(statement)
        account = self._accounts.account(statement.subject)
        at = datetime.fromtimestamp(now, UTC)
        authority = self._authority(at)
        serial = x509.random_serial_number()
        claim = self._log.claim(_row(statement, serial, now), RATE)
        if claim is not Claim.WRITTEN:
            raise _too_many() if claim is Claim.TOO_MANY else _used()
        made = sign_in_certificate(authority, key, account, at, serial)
        return Certified(made, account.principal, account.realm)

    def _check_policy(self, statement: Statement) -> None:
        rules = self._rules()
        same = (rules.zone, policy.version(rules.zones)) == (statement.zone, statement.policy_version)
        if not (same and statement.satisfied):
            raise _against_policy()
        if not policy.satisfied(statement.evidence, policy.sets_of(rules.zones, rules.zone)):
            raise _against_policy()

    def _note(self, action: str, statement: Statement, **detail: str) -> None:
        self._audit.append(
            action,
            actor=statement.subject,
            subject=statement.subject,
            detail={"terminal": statement.device, "statement": statement.id, **detail},
        )


def _row(statement: Statement, serial: int, now: float) -> Issued:
    factors = "+".join(sorted(e.factor for e in statement.evidence))
    return Issued(
        statement.nonce,
        statement.id,
        f"{serial:x}",
        statement.subject,
        statement.device,
        statement.key,
        statement.zone,
        factors,
        now,
    )


def _refused(why: str, code: str, next_step: str = "") -> SuiteError:
    step = next_step or _("もう一度サインインしてください。")
    return SuiteError(_("サインインを完了できませんでした。"), why, step, code)


def _other_key() -> SuiteError:
    return _refused(_("証明書の鍵が、照合のときに示されたものと違います。"), "SIGN-004")


def _against_policy() -> SuiteError:
    step = _("情報担当に、照合サーバーと署名サーバーの方針が同じか確かめるよう伝えてください。")
    return _refused(_("確認の内容が、この区分の方針に合いません。"), "SIGN-005", step)


def _used() -> SuiteError:
    return _refused(_("この確認は期限が切れたか、すでに使われています。"), "SIGN-006")


def _too_many() -> SuiteError:
    step = _("1 分ほど待ってから、もう一度お試しください。")
    return _refused(_("この人またはこの端末の証明書の要求が多すぎます。"), "SIGN-007", step)
