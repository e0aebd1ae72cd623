"""What a person reads when a settings file or a value in it is wrong."""

from __future__ import annotations

from pathlib import Path

from core.errors import SuiteError
from core.i18n import _


def policy_unreadable(path: Path) -> SuiteError:
    return SuiteError(
        _("まほろばを始められません。"),
        _("ポリシーファイル「{path}」を読み取れません。").format(path=path),
        _("情報担当に連絡してください。"),
        "CONF-001",
    )


def broken(name: str) -> SuiteError:
    return SuiteError(
        _("設定を保存できませんでした。"),
        _("設定ファイル「{name}」の書き方に誤りがあります。").format(name=name),
        _("まほろばを始め直すと、このファイルを別名で残して設定し直せます。"),
        "CONF-001",
    )


def broken_policy(name: str) -> SuiteError:
    return SuiteError(
        _("方針を読めませんでした。"),
        _("方針ファイル「{name}」の書き方に誤りがあります。").format(name=name),
        _("ファイルの誤りを直してから、もう一度お試しください。"),
        "CONF-001",
    )


def policy_value(key: str) -> SuiteError:
    return SuiteError(
        _("まほろばを始められません。"),
        _("ポリシーファイルの「{key}」の値が正しくありません。").format(key=key),
        _("情報担当に連絡してください。"),
        "CONF-002",
    )


def not_allowed(title: str) -> SuiteError:
    return SuiteError(
        _("設定を保存できませんでした。"),
        _("「{title}」に使えない値です。").format(title=title),
        _("選べる値から選び直してください。"),
        "CONF-003",
    )


def locked(title: str, by: str) -> SuiteError:
    return SuiteError(
        _("設定を保存できませんでした。"),
        _("「{title}」は{by}が決めています。").format(title=title, by=by),
        _("変えたいときは情報担当に相談してください。"),
        "CONF-004",
    )


def unwritable() -> SuiteError:
    return SuiteError(
        _("設定を保存できませんでした。"),
        _("設定ファイルに書き込めません。"),
        _("ディスクの空きと権限を確かめるか、情報担当に連絡してください。"),
        "CONF-005",
    )


def unreadable(name: str) -> SuiteError:
    return SuiteError(
        _("設定を読み取れませんでした。"),
        _("設定ファイル「{name}」を開けません。").format(name=name),
        _("標準の設定で動いています。情報担当に連絡してください。"),
        "CONF-006",
    )


def set_aside(name: str) -> SuiteError:
    return SuiteError(
        _("設定を読み取れませんでした。"),
        _("設定ファイルの書き方に誤りがあります。「{name}」という名前で残しました。").format(name=name),
        _("標準の設定で動いています。設定の画面で選び直してください。"),
        "CONF-007",
    )


def ignored(key: str) -> SuiteError:
    return SuiteError(
        _("設定の一部を使いませんでした。"),
        _("設定ファイルの「{key}」は、知らない名前か、使えない値です。").format(key=key),
        _("設定の画面で選び直してください。"),
        "CONF-008",
    )


def policy_only(key: str) -> SuiteError:
    return SuiteError(
        _("設定の一部を使いませんでした。"),
        _("「{key}」はポリシーファイルでだけ決められます。").format(key=key),
        _("変えたいときは情報担当に相談してください。"),
        "CONF-009",
    )


def unknown_in_policy(key: str) -> SuiteError:
    return SuiteError(
        _("ポリシーの一部を使いませんでした。"),
        _("ポリシーファイルの「{key}」は、この版のまほろばが知らない名前です。").format(key=key),
        _("情報担当に、名前の誤りでないか確かめるよう伝えてください。"),
        "CONF-010",
    )
