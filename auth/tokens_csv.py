"""A list of old tokens, as their maker or the former server writes it, into sealed rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from auth.lists import rows_of
from auth.model import ImportReport, Person, check_staff_number
from auth.totp import Token, Tokens, seed_of
from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _
from core.wareki import parse_date

NUMBER, SEED, ENDS, DIGITS, HASH = "職員番号", "シード", "期限", "桁数", "方式"


def import_tokens(data: bytes, tokens: Tokens, person: Callable[[str], Person | None]) -> ImportReport:
    """Columns 職員番号, シード, 期限 (the last day, era or western), and if need be 桁数 (6), 方式 (sha1).
    Lines that do not fit are named, never quoted, and left out. SuiteError AUTH-030 for no such file."""
    added, problems = 0, []
    for line, row in enumerate(rows_of(data, (NUMBER, SEED, ENDS)), start=2):
        try:
            number = check_staff_number(row[NUMBER])
            if person(number) is None:
                raise _unknown()
            digits, kind = row.get(DIGITS) or "6", (row.get(HASH) or "sha1").lower().replace("-", "")
            token = Token(seed_of(row[SEED]), int(digits) if digits.isdigit() else 0, kind)
            last_day = parse_date(row[ENDS])
            ends = datetime.combine(last_day + timedelta(days=1), time(), TOKYO).astimezone(UTC)
            tokens.put(number, token, ends.timestamp())
            added += 1
        except SuiteError as error:
            problems.append(_("{line} 行目: {why}").format(line=line, why=error.why))
    return ImportReport(added, tuple(problems[:100]))


def _unknown() -> SuiteError:
    return SuiteError(
        _("トークンを登録できませんでした。"),
        _("この職員番号は登録されていません。"),
        _("職員番号を確かめてください。"),
        "AUTH-005",
    )
