"""Names that every server and every Windows terminal can hold; and paths that stay inside the share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from core.i18n import _
from sharefolder import errors

MAX_BYTES = 255  # ext4 and most Unix file systems; NTFS counts 255 UTF-16 units, which is never stricter
MAX_PATH = 4096
_SUFFIX = 12  # characters: what is longer behind a dot is no kind of file
_FORBIDDEN = re.compile(r'[<>:"|?*\\/\x00-\x1f\x7f]')
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")  # also turns the text round: rlo
_TURNING = re.compile("[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(?:\s*\..*)?", re.IGNORECASE)
_WIDE = str.maketrans('<>:"|?*\\/', "＜＞：”｜？＊￥／")


def problem(name: str) -> str:
    """Why ``name`` must not be given to a new file or folder: a sentence; empty if it is fine.

    Windows' rules (Microsoft, "Naming Files, Paths, and Namespaces"), NFC, 255 bytes of UTF-8.
    """
    if name in ("", ".", ".."):
        return _("名前がありません。")
    if _FORBIDDEN.search(name):
        return _('使えない文字（< > : " / \\ | ? * や制御文字）があります。')
    if _INVISIBLE.search(name):
        return _("見えない文字が入っています。")
    if any(0xD800 <= ord(c) <= 0xDFFF for c in name):
        return _("文字コードが壊れています。")
    if _DEVICE.fullmatch(name):
        return _("Windowsの装置の名前です。")
    if name != name.rstrip(". ") or name != name.lstrip(" "):
        return _("先頭か末尾に空白または点があります。")
    if not unicodedata.is_normalized("NFC", name):
        return _("濁点などが分かれた文字（NFD）です。同じ名前が二つできてしまいます。")
    if len(name.encode()) > MAX_BYTES:
        return _("名前が長すぎます。")
    return ""


def proposed(name: str) -> str:
    """A name near to ``name`` that is fine."""
    made = unicodedata.normalize("NFC", "".join("_" if 0xD800 <= ord(c) <= 0xDFFF else c for c in name))
    made = _FORBIDDEN.sub("_", _INVISIBLE.sub("", made).translate(_WIDE)).lstrip(" ").rstrip(". ")
    if not made or _DEVICE.fullmatch(made):
        made = f"_{made}"
    stem, dot, suffix = made.rpartition(".")
    if not dot or len(suffix) > _SUFFIX:
        stem, suffix = made, ""
    while len((stem + dot + suffix if suffix else stem).encode()) > MAX_BYTES:
        stem = stem[:-1]
    return (f"{stem}.{suffix}" if suffix else stem).rstrip(". ") or "_"


def shown(name: str) -> str:
    """``name`` for the eye: U+FFFD for each control character and for what turns the text round (behind an
    RLO ``gnp.exe`` reads as ``exe.png``)."""
    return _TURNING.sub("\ufffd", name)


def free(name: str, taken: Iterable[str], mark: str = "") -> str:
    """``name`` with ``mark`` behind its stem; or ``name (2)``, ``name (3)``… that collides with none of
    ``taken`` on any server. A long stem is cut so that it fits."""
    folded = {same(each) for each in taken}
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix) > _SUFFIX:
        stem, dot, suffix = name, "", ""
    number, made = 1, _ended(stem, mark + dot + suffix)
    while same(made) in folded:
        number += 1
        made = _ended(stem, f"{mark} ({number}){dot}{suffix}")
    return made


def _ended(stem: str, end: str) -> str:
    room = MAX_BYTES - len(end.encode("utf-8", "surrogatepass"))
    return stem.encode("utf-8", "surrogatepass")[:room].decode("utf-8", "ignore") + end


def same(name: str) -> str:
    """Equal for two names that a server may take for one: case and NFC/NFD aside."""
    return unicodedata.normalize("NFC", name).casefold()


def inside(path: str) -> str:
    """``path`` if it can only point into the share; SuiteError SHARE-008 otherwise."""
    parts = path.split("/") if path else []
    if any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
        raise errors.outside()
    if len(path) > MAX_PATH or any(":" in part for part in parts):  # a colon opens an NTFS stream or drive
        raise errors.outside()
    return path


def writable(path: str) -> str:
    """``path`` if its last name may be created; SuiteError SHARE-006 with a proposed name, or SHARE-008."""
    parent, _slash, name = path.rpartition("/")
    why = problem(name)
    if why:
        inside(parent)
        raise errors.bad_name(name, why, proposed(name))
    return inside(path)


def join(folder: str, name: str) -> str:
    """``name`` in ``folder``."""
    return f"{folder}/{name}" if folder else name
