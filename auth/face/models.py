"""Where the model files lie, and the proof that they are the ones that were measured.

``installer/models.lock`` pins every model by SHA-256. A model is read once, checked, and what was checked is
what runs: the interpreter gets the bytes, not the path. ``installer.models`` fetches what is missing.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.errors import SuiteError
from core.i18n import _
from core.paths import Paths

LOCK_FILE = Path(__file__).resolve().parents[2] / "installer" / "models.lock"
MAX_MODEL_BYTES = 512 * 1024 * 1024
"""Largest model file that is read into memory; an administrator's own model may be far larger than ours."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One locked model: what the code calls it, where it comes from and what it must be byte for byte."""

    name: str
    version: str
    file: str
    package: str
    member: str
    sha256: str
    size: int
    licence: str
    source: str


@cache
def locked_models() -> Mapping[str, ModelFile]:
    """Every model of models.lock by name."""
    document = tomllib.loads(LOCK_FILE.read_text(encoding="utf-8"))
    return {entry["name"]: ModelFile(**entry) for entry in document["model"]}


def system_folder() -> Path:
    """The folder that an administrator fills for all users of the machine."""
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA", "C:/ProgramData")) / "Mahoroba" / "models"
    return Path("/usr/share/mahoroba/models")


def user_folder() -> Path:
    """The folder that the set-up step fills when it has no administrator's rights."""
    return Paths.from_environment().cache / "models"


def search_folders() -> tuple[Path, ...]:
    """Folders in the order in which they are searched; MAHOROBA_MODELS (one folder) goes first."""
    override = os.environ.get("MAHOROBA_MODELS")
    return (*([Path(override)] if override else []), system_folder(), user_folder())


def locate(name: str) -> Path:
    """The path of a locked model whose bytes are right.

    Raises SuiteError FACE-001 (nowhere), FACE-002 (found, but not the pinned file), FACE-003 (unreadable).
    """
    return _verified(name)[0]


def read_model(name: str) -> bytes:
    """The checked bytes of a locked model, read once per process. Errors as :func:`locate`."""
    return _verified(name)[1]


def forget() -> None:
    """Let the models' bytes go; they are read and checked again when they are needed."""
    _verified.cache_clear()


def is_intact(path: Path, model: ModelFile) -> bool:
    """True when ``path`` is exactly the pinned file. Raises OSError when it cannot be read."""
    return path.stat().st_size == model.size and hashlib.sha256(path.read_bytes()).hexdigest() == model.sha256


def read_bounded(path: Path) -> bytes:
    """Read a model file of any origin. Raises SuiteError FACE-001 or FACE-003."""
    try:
        if path.stat().st_size > MAX_MODEL_BYTES:
            raise _unreadable(path, _("ファイルが大きすぎます。"))
        return path.read_bytes()
    except FileNotFoundError as error:
        raise _missing(path.name) from error
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error


@cache
def _verified(name: str) -> tuple[Path, bytes]:
    model = locked_models()[name]
    damaged: Path | None = None
    for path in (folder / model.file for folder in search_folders()):
        if not path.is_file():
            continue
        content = read_bounded(path)
        if hashlib.sha256(content).hexdigest() == model.sha256:
            return path, content
        damaged = path
    raise _altered(damaged) if damaged else _missing(name)


def _missing(name: str) -> SuiteError:
    return SuiteError(
        _("顔認証の準備ができませんでした。"),
        _("顔認証のモデル「{name}」がこの端末にありません。").format(name=name),
        _("暗証番号でサインインし、管理者に ./mahoroba run での再設定を依頼してください。"),
        "FACE-001",
    )


def _altered(path: Path) -> SuiteError:
    return SuiteError(
        _("顔認証の準備ができませんでした。"),
        _("顔認証のモデル「{name}」の内容が正規のものと一致しません。").format(name=path.name),
        _("暗証番号でサインインし、管理者に連絡してください。ファイルを消して再設定すると直ります。"),
        "FACE-002",
    )


def _unreadable(path: Path, reason: str) -> SuiteError:
    return SuiteError(
        _("顔認証の準備ができませんでした。"),
        _("顔認証のモデル「{name}」を読めません（{reason}）。").format(name=path.name, reason=reason),
        _("暗証番号でサインインし、管理者に連絡してください。"),
        "FACE-003",
    )
