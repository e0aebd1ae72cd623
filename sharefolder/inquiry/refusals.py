"""Why an inquiry stays as it is, in words for the person before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from core.errors import SuiteError
from core.i18n import _
from core.wareki import format_date
from sharefolder.inquiry.model import Inquiry

_NAMED = 5


def past(due: date) -> SuiteError:
    return SuiteError(
        _("この期限にはできません。"),
        _("{due} は、もう過ぎています。").format(due=format_date(due)),
        _("今日か、今日よりあとの日にしてください。"),
        "SHARE-067",
    )


def taken(title: str, free: str) -> SuiteError:
    return SuiteError(
        _("照会「{title}」を作れません。").format(title=title),
        _("同じ題名の照会（作りかけも）か、フォルダがすでにあります。"),
        _("題名を変えてください。「{free}」なら使えます。").format(free=free),
        "SHARE-005",
    )


def open_to_others(sections: Sequence[str]) -> SuiteError:
    said = "、".join(sections[:_NAMED]) + ("…" if len(sections) > _NAMED else "")
    return SuiteError(
        _("まだ配っていません。{count} 所属（{sections}）の回答フォルダは、ほかの所属も開けます。").format(
            count=len(sections), sections=said
        ),
        _(
            "所属と同じ名前のフォルダが共有にないか、その権利をあなたが見られないか、"
            "このサーバが権利の一覧を持っていません。"
        ),
        _("所属の名前を確かめるか、情報担当に頼んでください。見られてよい回答なら、このまま配れます。"),
        "SHARE-074",
    )


def over(title: str) -> SuiteError:
    return SuiteError(
        _("照会「{title}」を変えられません。").format(title=title),
        _("この照会は終わっているか、移されています。"),
        _("一覧を読み直してください。終わったものは「終わったもの」にあります。"),
        "SHARE-068",
    )


def still_open(sections: str) -> SuiteError:
    why = _("回答のブックがいま開かれています（{sections}）。").format(sections=sections)
    return SuiteError(
        _("照会を終えられません。"),
        why if sections else _("だれかが中のファイルを開いているか、あなたに移す権利がありません。"),
        _("閉じてもらってから、もう一度「照会を終える」を押してください。"),
        "SHARE-073",
    )


def not_back() -> SuiteError:
    return SuiteError(
        _("照会を再開できません。"),
        _("だれかが中のファイルを開いているか、あなたに移す権利がありません。"),
        _("閉じてもらってから、もう一度「再開する」を押してください。"),
        "SHARE-073",
    )


def not_yours(inquiry: Inquiry) -> SuiteError:
    return SuiteError(
        _("照会「{title}」を変えられません。").format(title=inquiry.title),
        _("変えられるのは、照会した人と、照会した所属のフォルダに書ける人です。"),
        _("{section} に頼んでください。").format(section=inquiry.asking or _("照会した人")),
        "SHARE-003",
    )


def too_many() -> SuiteError:
    return SuiteError(
        _("質問を送れません。"),
        _("この所属の質問が多すぎます。"),
        _("照会した所属に、電話かメールで聞いてください。"),
        "SHARE-071",
    )


def too_long() -> SuiteError:
    return SuiteError(
        _("質問と答えを保存できません。"), _("文が長すぎます。"), _("短くしてください。"), "SHARE-071"
    )


def no_sheet_holds(lines: int) -> SuiteError:
    return SuiteError(
        _("Excel のブックにまとめられません。"),
        _("{count} 行は、Excel の一枚のシートに入りません。").format(count=f"{lines:,}"),
        _("「CSVで保存」で集めるか、照会を所属のまとまりごとに分けてください。"),
        "SHARE-075",
    )
