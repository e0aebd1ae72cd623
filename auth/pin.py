"""The PIN: second factor, and the way in when a face is refused. Argon2id; easy PINs are not taken."""

from __future__ import annotations

import secrets
from datetime import date

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from core.errors import SuiteError
from core.i18n import _

# RFC 9106 Argon2id. Measured on 2 cores (EPYC), N = 8: median 101 ms, longest 106 ms.
_HASHER = PasswordHasher(time_cost=3, memory_cost=47_104, parallelism=1, hash_len=32, salt_len=16)
_LONGEST = 64
_RUNS = ("0123456789" * 2, "9876543210" * 2)


class Pins:
    """Hashes and checks PINs; an absent hash costs as much time as a wrong PIN."""

    def __init__(self, hasher: PasswordHasher = _HASHER) -> None:
        self._hasher = hasher
        self._nobody = hasher.hash(secrets.token_bytes(32))  # of whoever has no PIN: nobody can enter it

    def hash(self, pin: str, staff_number: str, min_length: int) -> str:
        """The encoded hash of a new PIN, or SuiteError PIN-001 (form), PIN-002 (too easy)."""
        check_new_pin(pin, staff_number, min_length)
        return self._hasher.hash(pin)

    def verify(self, stored: str | None, pin: str) -> bool:
        """Whether ``pin`` is the one behind ``stored``. Same cost when there is none."""
        entered = pin if len(pin) <= _LONGEST else ""
        try:
            held = self._hasher.verify(stored or self._nobody, entered)
        except VerifyMismatchError:
            return False
        except (InvalidHashError, VerificationError) as error:
            raise _damaged() from error
        return held and bool(stored)


def check_new_pin(pin: str, staff_number: str, min_length: int) -> None:
    """SuiteError unless ``pin`` is ``min_length`` to 64 ASCII digits and not among the first guessed."""
    if not (pin.isascii() and pin.isdigit() and min_length <= len(pin) <= _LONGEST):
        raise SuiteError(
            _("この暗証番号は使えません。"),
            _("暗証番号は {n} 桁以上の数字です。").format(n=min_length),
            _("桁数を確かめて、もう一度入力してください。"),
            "PIN-001",
        )
    if _is_easy(pin, staff_number):
        raise SuiteError(
            _("この暗証番号は使えません。"),
            _("同じ数字の並び、連番、職員番号、日付は推測されやすいためです。"),
            _("ほかの人に思いつかない番号を選んでください。"),
            "PIN-002",
        )


def _is_easy(pin: str, staff_number: str) -> bool:
    digits = "".join(c for c in staff_number if c.isdigit())
    repeated = any(pin == pin[:n] * (len(pin) // n) for n in (1, 2, 3) if len(pin) % n == 0 and len(pin) > n)
    run = any(pin in run for run in _RUNS)
    own = len(digits) >= 3 and (pin in digits or digits in pin or pin in digits[::-1])
    return repeated or run or own or _is_date(pin)


def _is_date(pin: str) -> bool:
    """YYYYMMDD of a lifetime, YYMMDD (western or era), MMDD, or a year of a lifetime."""
    if len(pin) == 4:
        return 1920 <= int(pin) <= 2035 or _exists(2000, pin)
    if len(pin) == 6:
        return _exists(2000, pin[2:])
    return len(pin) == 8 and 1920 <= int(pin[:4]) <= 2035 and _exists(int(pin[:4]), pin[4:])


def _exists(year: int, month_day: str) -> bool:
    try:
        date(year, int(month_day[:2]), int(month_day[2:]))
    except ValueError:
        return False
    return True


def _damaged() -> SuiteError:
    return SuiteError(
        _("暗証番号を確かめられませんでした。"),
        _("登録された暗証番号のデータが壊れています。"),
        _("情報担当に、暗証番号の再登録を依頼してください。"),
        "PIN-003",
    )
