"""Documents and maps for reading without a network, and an index page in the guest's language."""

from __future__ import annotations

from html import escape
from pathlib import Path, PurePosixPath

from core.i18n import _
from liaison import errors
from liaison.profile import Profile
from liaison.resource import Resource, file

TARGET = "/usr/share/mahoroba/liaison/documents"
_MOST = 512 * 1024 * 1024


def title() -> str:
    return _("文書と地図")


def resources(profile: Profile, folder: Path) -> list[Resource]:
    if profile.documents is None or not profile.documents.files:
        return []
    found, rows, size = [], [], 0
    for number, name in enumerate(profile.documents.files, 1):
        content = _bounded(profile.name, folder, name, _MOST - size)
        size += len(content)
        suffix = PurePosixPath(name).suffix.lower()
        kept = f"{number:03d}{suffix}"
        found.append(file(f"{TARGET}/{kept}", content))
        rows.append(f'<li><a href="{kept}">{escape(PurePosixPath(name).name)}</a></li>')
    index = f'<!doctype html><meta charset="utf-8"><title>文書</title><ul>{"".join(rows)}</ul>\n'
    return [*found, file(f"{TARGET}/index.html", index)]


def _bounded(profile: str, folder: Path, name: str, most: int) -> bytes:
    """The document, which must lie below the profile's folder: no way out by ``..`` or a link."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        why = _("文書「{name}」がプロファイルのフォルダーにありません。").format(name=name)
        raise errors.profile_wrong(profile, why)
    if path.stat().st_size > most:
        raise errors.profile_wrong(profile, _("文書が大きすぎます（合わせて 512 MB まで）。"))
    return path.read_bytes()
