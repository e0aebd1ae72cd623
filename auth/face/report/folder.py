"""What a folder of faces contains, told from its layout alone.

``[group/]person/image``: stills, compared image against image inside their group.
``[set/]live/person/session/frames``: recorded sessions of people (bona fide presentations).
``[set/]SPECIES/person/session/frames``: presentation attacks on the same people, one folder a species.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import SuiteError
from core.i18n import _

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp"}
LIVE = "live"
MOST_FILES = 200_000
MOST_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Picture:
    """person and session count inside their group only; session and species are empty where there is none."""

    path: Path
    group: str
    person: str
    session: str = ""
    species: str = ""


@dataclass(frozen=True, slots=True)
class Folder:
    """stills, live and attacks of a folder, in a stable order; ignored: files whose place says nothing."""

    root: Path
    stills: tuple[Picture, ...]
    live: tuple[Picture, ...]
    attacks: tuple[Picture, ...]
    ignored: int


def read_folder(root: Path) -> Folder:
    """Sort the pictures of ``root``. Raises SuiteError FACE-030 where there is nothing to measure."""
    stills: list[Picture] = []
    live: list[Picture] = []
    attacks: list[Picture] = []
    ignored = 0
    for path in _pictures(root):
        picture = _place(root, path)
        if picture is None:
            ignored += 1
        elif picture.species:
            attacks.append(picture)
        elif picture.session:
            live.append(picture)
        else:
            stills.append(picture)
    people = {(picture.group, picture.person) for picture in (*stills, *live)}
    if len(people) < 2:
        raise _nothing(root)
    return Folder(root, tuple(stills), tuple(live), tuple(attacks), ignored)


def _pictures(root: Path) -> Iterator[Path]:
    if not root.is_dir():
        raise _nothing(root)
    found = (path for path in sorted(root.rglob("*")) if path.suffix.lower() in SUFFIXES)
    for count, path in enumerate(found):
        if count >= MOST_FILES:
            return
        if path.is_file() and path.stat().st_size <= MOST_BYTES:
            yield path


def _place(root: Path, path: Path) -> Picture | None:
    parts = path.relative_to(root).parts[:-1]
    if len(parts) == 1:
        return Picture(path, root.name, parts[0])
    if len(parts) == 2:
        return Picture(path, parts[0], parts[1])
    if len(parts) in (3, 4):
        group = parts[0] if len(parts) == 4 else root.name
        kind, person, session = parts[-3:]
        return Picture(path, group, person, session, "" if kind == LIVE else kind)
    return None


def _nothing(root: Path) -> SuiteError:
    return SuiteError(
        _("顔認証の報告を作れませんでした。"),
        _("{folder} に、2人以上の顔画像が見つかりません。").format(folder=root),
        _("「人のフォルダー／画像」の形に置いて、もう一度実行してください。"),
        "FACE-030",
    )
