"""Files, rights and inquiry states in words."""

from __future__ import annotations

from datetime import datetime

from core.clock import TOKYO
from core.i18n import _, sentences
from core.wareki import format_datetime, format_short
from sharefolder.activity import Act, Activity, What
from sharefolder.index.store import kind
from sharefolder.inquiry.model import State
from sharefolder.model import Entry, Rights
from sharefolder.names import shown


def size_words(entry: Entry) -> str:
    """``1.2 MB``; empty for a folder."""
    return "" if entry.folder else bytes_words(entry.size)


def bytes_words(count: float) -> str:
    """``1.2 MB``."""
    size = float(count)
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    return ""


_LAST_DAY = datetime(9999, 12, 31, tzinfo=TOKYO).timestamp()


def time_words(seconds: float) -> str:
    """令和8年11月23日（月）17:30; empty where a server does not tell, or tells no day of a calendar."""
    return format_datetime(datetime.fromtimestamp(seconds, TOKYO)) if 0 < seconds < _LAST_DAY else ""


def short_time_words(seconds: float) -> str:
    """R8.11.23（月）17:30, where there is no room for more."""
    return format_short(datetime.fromtimestamp(seconds, TOKYO)) if 0 < seconds < _LAST_DAY else ""


def where_words(folder: str) -> str:
    """防災課 › 災害対応; the top of a share has a name too."""
    return shown(folder).replace("/", " › ") or _("いちばん上")


def kind_words(entry: Entry) -> str:
    """フォルダ, Excel ブック, PDF …"""
    if entry.folder:
        return _("フォルダ")
    suffix = kind(entry)
    known = {
        **dict.fromkeys(("xlsx", "xls", "xlsm", "xlsb"), _("Excel ブック")),
        **dict.fromkeys(("docx", "doc", "docm"), _("Word 文書")),
        **dict.fromkeys(("pptx", "ppt", "pptm"), _("PowerPoint")),
        **dict.fromkeys(("jpg", "jpeg", "png", "gif", "tif", "tiff", "bmp", "webp"), _("画像")),
        **dict.fromkeys(("zip", "7z", "lzh"), _("圧縮ファイル")),
        "pdf": "PDF",
        "csv": "CSV",
        "txt": _("テキスト"),
        "jtd": _("一太郎文書"),
    }
    return known.get(
        suffix, _("{suffix} ファイル").format(suffix=suffix.upper()) if suffix else _("ファイル")
    )


def rights_words(rights: Rights) -> str:
    """Who may, and whether I am among them."""
    mine = (
        _("あなたは読み書きできます。")
        if rights.read and rights.write
        else _("あなたは読めますが、書けません。")
        if rights.read
        else _("あなたは読めません。")
    )
    if not rights.known:
        if rights.read:
            return sentences(mine, _("ほかの人の権利は、このサーバからは分かりません。"))
        hidden = _("誰が読めるかも見えない設定です。上のフォルダの所有者か情報担当に頼んでください。")
        return sentences(mine, hidden)
    readers, writers = _people(rights.read_by), _people(rights.write_by)
    who = _("読めるのは {readers}、書けるのは {writers} です。").format(readers=readers, writers=writers)
    return sentences(mine, who, *_why_not(rights))


def _why_not(rights: Rights) -> list[str]:
    """Why the one before the screen cannot, and whom to ask."""
    if rights.read and rights.write:
        return []
    said = []
    if rights.denied:
        said.append(_("{who} は禁止されています。").format(who=_people(rights.denied)))
    if not rights.read:
        said.append(_("あなたは、読める人のどれにも入っていません。"))
    elif not rights.write:
        said.append(_("あなたは、書ける人のどれにも入っていません。"))
    said.append(_("必要なときは、所有者（{owner}）に頼んでください。").format(owner=rights.owner))
    return said


def _people(names: tuple[str, ...]) -> str:
    if "*" in names:
        return _("全員")
    return "、".join(dict.fromkeys(names)) or _("なし")


def act_words(act: Act) -> str:
    """What was done, and to what."""
    name, to = act.path.rpartition("/")[2], act.to
    if act.what is What.RENAMED:
        moved = act.path.rpartition("/")[0] != to.rpartition("/")[0]
        words = _("「{name}」を「{to}」へ移した") if moved else _("「{name}」の名前を「{to}」に変えた")
        return words.format(name=name, to=to if moved else to.rpartition("/")[2])
    return {
        What.WRITTEN: _("「{name}」を書いた"),
        What.MADE: _("フォルダ「{name}」を作った"),
        What.DELETED: _("「{name}」を消した"),
        What.RESTORED: _("「{name}」を戻した"),
    }[act.what].format(name=name)


def source_words(activity: Activity) -> str:
    """From where it is known, and what is therefore not in it."""
    if activity.everybody:
        known = _("ファイルサーバーの記録から、あなたが開けるものについて全員の変更を新しい順に {count} 件。")
        none = _("ファイルサーバーの記録に、変更はありません（記録が残っている期間）。")
        return known.format(count=len(activity.acts)) if activity.acts else none
    why = _("このファイルサーバーは、だれが変えたかをまほろばに伝えません。")
    if not activity.acts:
        return sentences(why, _("この端末でのあなたの変更も、先月からの記録にありません。"))
    return sentences(why, _("ここにあるのは、この端末でのあなたの変更だけです（先月から）。"))


def state_words(state: State) -> str:
    """Where a section stands, with a mark that does not need colour."""
    return {
        State.UNOPENED: _("○ 未開封"),
        State.OPEN: _("◐ 記入中"),
        State.ANSWERED: _("● 回答済"),
        State.LATE: _("！ 遅れ"),
        State.WRONG_FORM: _("× 様式違い"),
        State.GONE: _("× 回答なし"),
        State.DOUBT: _("？ 要確認"),
        State.UNSEEN: _("－ 見えません"),
    }[state]
