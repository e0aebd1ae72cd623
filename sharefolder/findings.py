"""What rules have found in a share, for people: in a sentence, and as a table to hand on."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date

from core.i18n import _
from core.wareki import format_date
from sharefolder.rules import GB, Finding, Why


def words(finding: Finding) -> str:
    """What a person should know, in a sentence."""
    when = format_date(finding.when) if finding.when is not None else ""
    return {
        Why.ENDS: _("保存期限が {when} です。"),
        Why.ENDED: _("保存期限 {when} を過ぎました。"),
        Why.OLD: _("{when} から変わっていません。"),
        Why.LARGE: _("{size:.1f} GB あります。"),
        Why.NAME: _("名前が決まりと違います。"),
        Why.GONE: _(
            "決まりのあるフォルダがありません（名前が変わったか、移されたか、見る権利がありません）。"
        ),
        Why.CLOSED: _("開けないフォルダなので、中は調べていません。"),
    }[finding.why].format(when=when, size=finding.size / GB)


def write_csv(findings: Sequence[Finding], today: date) -> bytes:
    """The monthly or yearly report, UTF-8 with BOM; no cell is a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(
        [_("調べた日"), _("フォルダ"), _("所有者"), _("整理する人"), _("場所"), _("理由"), _("大きさ")]
    )
    for f in findings:
        row = (
            today.isoformat(),
            f.rule.folder,
            f.rule.owner,
            f.rule.cleaner,
            f.path,
            words(f),
            str(f.size or ""),
        )
        writer.writerow(["'" + cell if cell.startswith(("=", "+", "-", "@", "\t")) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")
