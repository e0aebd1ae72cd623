"""Every way the shared folder fails, in words for the person before it."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import SuiteError
from core.i18n import _


class Disconnected(SuiteError):  # noqa: N818 - a state of the share, not a mistake
    """The share's root cannot be reached. Never taken for an empty folder."""


def disconnected(place: str) -> Disconnected:
    return Disconnected(
        _("共有フォルダにつながりません。"),
        _("「{place}」から返事がありません。").format(place=place),
        _("ネットワークを確かめてください。ファイルは消えていません。つながると続きから再開できます。"),
        "SHARE-001",
    )


def not_found(name: str) -> SuiteError:
    return SuiteError(
        _("「{name}」が見つかりません。").format(name=name),
        _("移動されたか、名前が変わったか、見る権利がありません。"),
        _("一覧を更新するか、名前で検索してください。"),
        "SHARE-002",
    )


def no_right(name: str) -> SuiteError:
    return SuiteError(
        _("「{name}」を扱えません。").format(name=name),
        _("あなたにはこの操作の権利がありません。"),
        _("「権利」を見ると、誰に頼めばよいか分かります。"),
        "SHARE-003",
    )


def in_use(name: str) -> SuiteError:
    return SuiteError(
        _("「{name}」を置き換えられません。").format(name=name),
        _("ほかの人が開いています。"),
        _("別の名前で保存するか、閉じてもらってからもう一度お試しください。"),
        "SHARE-004",
    )


def exists(name: str) -> SuiteError:
    return SuiteError(
        _("「{name}」に保存しませんでした。").format(name=name),
        _("同じ名前のものがすでにあります。"),
        _("別の名前にするか、置き換えるかを選んでください。"),
        "SHARE-005",
    )


class Taken(SuiteError):  # noqa: N818 - as Disconnected
    """Names are taken where files are to go. ``seen``: their paths on the share, and when what lies there was
    changed: what a person who then says 置き換える has decided about."""

    def __init__(self, name: str, seen: Mapping[str, float]) -> None:
        said = exists(name)
        super().__init__(said.what, said.why, said.next_step, said.code)
        self.seen = seen


def file_in_the_way(name: str) -> SuiteError:
    return SuiteError(
        _("フォルダ「{name}」を送れません。").format(name=name),
        _("送る先に、同じ名前のファイルがあります。"),
        _("どちらかの名前を変えてから、もう一度送ってください。"),
        "SHARE-014",
    )


def bad_name(name: str, why: str, proposed: str) -> SuiteError:
    return SuiteError(
        _("「{name}」という名前は使えません。").format(name=name[:40]),
        why,
        _("「{proposed}」なら使えます。").format(proposed=proposed),
        "SHARE-006",
    )


def full(place: str) -> SuiteError:
    return SuiteError(
        _("保存できませんでした。"),
        _("「{place}」に空きがありません。").format(place=place),
        _("空きを作ってから「続ける」を押してください。送った分は残っています。"),
        "SHARE-007",
    )


def outside() -> SuiteError:
    return SuiteError(
        _("開けません。"),
        _("共有フォルダの外を指しています。"),
        _("共有フォルダの中のファイルを選んでください。"),
        "SHARE-008",
    )


def changed(name: str) -> SuiteError:
    return SuiteError(
        _("「{name}」の転送を止めました。").format(name=name),
        _("転送している間に元のファイルが変わりました。"),
        _("もう一度送ってください。前のファイルはそのまま残っています。"),
        "SHARE-009",
    )


def newer(name: str) -> SuiteError:
    return SuiteError(
        _("「{name}」を前の版に戻しませんでした。").format(name=name),
        _("見ている間に、ほかの人が変えました。"),
        _("読み直していまの中身を確かめるか、写しとして戻してください。"),
        "SHARE-070",
    )


def damaged(name: str) -> SuiteError:
    return SuiteError(
        _("「{name}」の転送を取り消しました。").format(name=name),
        _("届いた内容が元と一致しませんでした。"),
        _("もう一度送ってください。前のファイルはそのまま残っています。"),
        "SHARE-010",
    )


def refused(what: str, detail: str) -> SuiteError:
    return SuiteError(
        what,
        detail,
        _("もう一度お試しください。続くときは情報担当に連絡してください。"),
        "SHARE-011",
    )


def sign_in_refused(place: str) -> SuiteError:
    return SuiteError(
        _("共有フォルダに入れません。"),
        _("「{place}」がサインインを認めませんでした。").format(place=place),
        _("サインインし直してください。続くときは情報担当に連絡してください。"),
        "SHARE-012",
    )


def into_itself(name: str) -> SuiteError:
    return SuiteError(
        _("「{name}」を移せません。").format(name=name),
        _("移す先がそのフォルダの中です。"),
        _("別の場所を選んでください。"),
        "SHARE-013",
    )


def copy_into_itself(name: str) -> SuiteError:
    return SuiteError(
        _("「{name}」を写せません。").format(name=name),
        _("写す先がそのフォルダの中です。"),
        _("別の場所を選んでください。"),
        "SHARE-015",
    )


def no_section(section: str) -> SuiteError:
    return SuiteError(
        _("あなたの所属のフォルダに作れません。"),
        _("この共有に「{section}」という名前のフォルダがありません。").format(section=section),
        _("その名前のフォルダを作るか、「ファイル」で別の場所を開いて、そこで行ってください。"),
        "SHARE-061",
    )
