"""Lists that an office hands over as CSV: people, tokens. Hostile until read: bounded, by their header."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from core.errors import SuiteError
from core.i18n import _

MOST_CSV_BYTES = 5_000_000
MOST_CSV_ROWS = 50_000


def rows_of(data: bytes, required: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a hostile CSV file, by its header. SuiteError AUTH-030."""
    if len(data) > MOST_CSV_BYTES:
        raise _no_csv(_("ファイルが大きすぎます。"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp932", errors="replace")
    if "\ufffd" in text or "\0" in text:
        raise _no_csv(_("文字コードが UTF-8 でも Shift_JIS でもありません。"))
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
    try:
        header = set(reader.fieldnames or ())
        if missing := [name for name in required if name not in header]:
            raise _no_csv(_("見出しに「{names}」がありません。").format(names="」「".join(missing)))
        rows = [row for _n, row in zip(range(MOST_CSV_ROWS + 1), reader, strict=False)]
    except csv.Error as error:
        raise _no_csv(_("表の形が正しくありません。")) from error
    if len(rows) > MOST_CSV_ROWS:
        raise _no_csv(_("行が多すぎます。"))
    return rows


def _no_csv(why: str) -> SuiteError:
    return SuiteError(
        _("名簿を読み込めませんでした。だれも追加していません。"),
        why,
        _("1 行目に見出しを置いた CSV を選び直してください。"),
        "AUTH-030",
    )
