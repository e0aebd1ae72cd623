"""One cell of an answer as the kind that was asked for; what would have to be guessed is in doubt."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

from core.errors import SuiteError
from core.i18n import _
from core.wareki import parse_date

_NUMBER = re.compile(r"-?\d{1,3}(,\d{3})*(\.\d+)?|-?\d+(\.\d+)?")
_EXACT = 10.0**15  # a workbook keeps fifteen digits
_OF_SIZE = ("円", "千円", "%", "㎡", "m2")
"""Units with which a number may be another: 円 in a column of 千円, 50% in one of 0.5."""
_UNIT = re.compile(r"(円|千円|人|名|件|台|枚|回|箇所|か所|ヶ所|㎡|m2|%)$")


def typed(kind: str, raw: str, wanted: str) -> tuple[float | date | str, str, str]:
    """(value, why it is doubtful or "", proposal). A value in doubt is the raw text, never a conversion."""
    if kind == "e" or (raw.startswith("#") and kind == "s" and raw.endswith(("!", "?", "A", "0"))):
        return raw, _("数式がエラーになっています。"), ""
    if wanted == "number":
        return _number(kind, raw)
    if wanted == "date":
        return _date(kind, raw)
    if kind == "d":
        return raw, _("文字の欄が日付になっています。"), raw[:10]
    if kind == "n" and abs(float(raw)) >= _EXACT:
        return raw, _("15桁を超える数です。"), ""
    return raw, "", ""


def _number(kind: str, raw: str) -> tuple[float | str, str, str]:
    if kind == "n" and abs(float(raw)) < _EXACT:
        return float(raw), "", ""
    if kind == "n":
        return raw, _("15桁を超える数です。"), ""
    if kind in ("d", "t"):
        return raw, _("数の欄が日付や時刻になっています。"), ""
    plain = unicodedata.normalize("NFKC", raw).strip()
    unit = _UNIT.search(plain)
    bare = plain[: unit.start()].strip() if unit else plain
    if _NUMBER.fullmatch(bare):
        proposal = bare.replace(",", "") if not unit or unit[0] not in _OF_SIZE else ""
        why = _("単位が付いた文字です。") if unit else _("数字が文字として入力されています。")
        return raw, why, proposal
    return raw, _("数の欄に言葉があります。"), ""


def _date(kind: str, raw: str) -> tuple[date | str, str, str]:
    if kind == "d":
        return datetime.fromisoformat(raw).date(), "", ""
    if kind == "n":
        return raw, _("日付の欄が数になっています。"), ""
    try:
        proposal = parse_date(unicodedata.normalize("NFKC", raw).strip()).isoformat()
    except SuiteError:
        return raw, _("日付として読めません。"), ""
    return raw, _("日付が文字として入力されています。"), proposal
