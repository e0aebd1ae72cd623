"""The old tokens (RFC 6238) for as long as each one is still allowed: evidence for the same certificate.

A token has an end date; then it is deleted. Seeds are sealed, and never shown again. Seeds of 80 bits,
as old tokens have them, are taken.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from auth.lockout import Clock
from auth.matcher.ports import Trail
from core.errors import SuiteError
from core.i18n import _
from core.sql import Sql

PERIOD_S = 30
DIGITS = (6, 8)
STEPS_AROUND = 1
SHORTEST_SEED, LONGEST_SEED = 10, 64
_NONCE = 12
_HASHES = ("sha1", "sha256", "sha512")


@dataclass(frozen=True)
class Token:
    """What a token computes with."""

    seed: bytes
    digits: int = 6
    hash: str = "sha1"

    def code(self, step: int) -> str:
        """The code of time step ``step`` (RFC 4226, 5.3; RFC 6238, 4.2)."""
        mac = hmac.new(self.seed, struct.pack(">Q", step), self.hash).digest()
        at = mac[-1] & 0x0F
        number = int.from_bytes(mac[at : at + 4], "big") & 0x7FFFFFFF
        return f"{number % 10**self.digits:0{self.digits}}"


def seed_of(text: str) -> bytes:
    """A seed as lists of tokens write it: hex, or base 32 (RFC 4648) with or without padding and spaces.
    SuiteError TOTP-001."""
    plain = text.replace(" ", "").replace("-", "").rstrip("=")
    try:
        if len(plain) % 2 == 0 and set(plain) <= set("0123456789abcdefABCDEF") and len(plain) >= 20:
            seed = bytes.fromhex(plain)
        else:
            seed = base64.b32decode(plain.upper() + "=" * (-len(plain) % 8))
    except (ValueError, binascii.Error):
        raise _bad_seed() from None  # the cause would quote the seed
    if not SHORTEST_SEED <= len(seed) <= LONGEST_SEED:
        raise _bad_seed()
    return seed


class Tokens:
    """The tokens in the register's database, sealed by a key of the secret store."""

    def __init__(self, sql: Sql, key: bytes, audit: Trail, clock: Clock) -> None:
        self._sql = sql
        self._key = key
        self._audit = audit
        self._clock = clock

    def put(self, staff_number: str, token: Token, ends: float) -> None:
        """Keep (or replace) a person's token until ``ends`` (seconds since the epoch)."""
        if token.digits not in DIGITS or token.hash not in _HASHES:
            raise _bad_seed()
        plain = bytes([token.digits, _HASHES.index(token.hash)]) + token.seed
        nonce = os.urandom(_NONCE)
        sealed = nonce + AESGCM(self._key).encrypt(nonce, plain, _bound_to(staff_number))
        with self._sql.write() as change:
            change.run("DELETE FROM totp WHERE staff_number = ?", staff_number)
            change.run(
                "INSERT INTO totp (staff_number, sealed, ends, last_step) VALUES (?, ?, ?, -1)",
                staff_number,
                sealed,
                ends,
            )

    def spend(self, staff_number: str, typed: str) -> bool:
        """Whether ``typed`` is the person's code of now, the step before or after; once for each step, and
        never for an earlier step again. SuiteError TOTP-002 when the token does not open."""
        self.forget_ended()
        rows = self._sql.rows("SELECT sealed, last_step FROM totp WHERE staff_number = ?", staff_number)
        code = "".join(c for c in typed[:64] if c not in " -")
        if not rows or not (code.isascii() and code.isdigit()):
            return False
        token, now = self._open(staff_number, bytes(rows[0]["sealed"])), int(self._clock.now()) // PERIOD_S
        near = range(max(now - STEPS_AROUND, rows[0]["last_step"] + 1), now + STEPS_AROUND + 1)
        found = [step for step in near if hmac.compare_digest(token.code(step), code)]
        if not found:
            return False
        with self._sql.write() as change:
            spent = change.run(
                "UPDATE totp SET last_step = ? WHERE staff_number = ? AND last_step < ?",
                found[0],
                staff_number,
                found[0],
            )
        return spent == 1

    def left(self) -> list[tuple[str, float]]:
        """Whose token is still good, and until when; those that end first come first."""
        self.forget_ended()
        rows = self._sql.rows("SELECT staff_number, ends FROM totp ORDER BY ends, staff_number")
        return [(row["staff_number"], row["ends"]) for row in rows]

    def forget_ended(self) -> int:
        """Delete the tokens whose end has come; how many."""
        now = self._clock.now()
        ended = self._sql.rows("SELECT staff_number FROM totp WHERE ends <= ? LIMIT 1000", now)
        for row in ended:
            with self._sql.write() as change:
                gone = change.run(
                    "DELETE FROM totp WHERE staff_number = ? AND ends <= ?", row["staff_number"], now
                )
            if gone:
                self._audit.append("totp.deleted", actor="", subject=row["staff_number"])
        return len(ended)

    def _open(self, staff_number: str, sealed: bytes) -> Token:
        try:
            plain = AESGCM(self._key).decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound_to(staff_number))
        except InvalidTag as error:
            raise _damaged() from error
        return Token(plain[2:], plain[0], _HASHES[plain[1]])


def _bound_to(staff_number: str) -> bytes:
    return b"mahoroba-totp\0" + staff_number.encode()


def _bad_seed() -> SuiteError:
    return SuiteError(
        _("トークンを登録できませんでした。"),
        _("シードは 80〜512 ビットの 16 進数か Base32、桁数は 6 か 8 です。"),
        _("トークンの一覧を確かめてください。"),
        "TOTP-001",
    )


def _damaged() -> SuiteError:
    return SuiteError(
        _("トークンの番号を確かめられませんでした。"),
        _("登録されたトークンのデータが壊れているか、別の人のものです。"),
        _("ほかの方法でサインインし、情報担当に連絡してください。"),
        "TOTP-002",
    )
