"""A profile: the reviewed TOML file that says what a laptop must be like, and who it inherits from.

Parsed strictly: an unknown name is an error with its line and the name that was probably meant. Comments and
layout stay as the author wrote them: nothing here ever rewrites a file.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.files import read_bounded
from core.i18n import _
from liaison import errors

MAX_FILE = 256 * 1024
_DEPTH = 5
_LINE = r"^[^\x00-\x1f\x7f\"\\]*$"  # goes into plan lines and configuration files
_NO_COLON = r"^[^\x00-\x1f\x7f\"\\:]*$"  # a field of /etc/passwd


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Guest(Part):
    name: str = Field("guest", pattern=r"^[a-z][a-z0-9-]{0,30}$")
    uid: int = Field(2000, ge=1000, le=59999)
    full_name: str = Field("応援職員", max_length=60, pattern=_NO_COLON)
    keep: list[str] = Field(default=[], max_length=10, description="other people's accounts that may stay")


class Wifi(Part):
    ssid: str = Field(min_length=1, max_length=32, pattern=r"^[^\x00-\x1f\x7f;\"\\]+$")
    password: str = Field("", max_length=63, pattern=r"^([\x20-\x7e]{8,63})?$", repr=False)
    hidden: bool = False


class Link(Part):
    title: str = Field(min_length=1, max_length=80)
    url: str = Field(max_length=300, pattern=r"^https?://[^\s\"\\<>]+$")


class Browser(Part):
    homepage: str = Field("about:blank", max_length=300)
    bookmarks: list[Link] = Field(default=[], max_length=100)


class Clock(Part):
    servers: list[str] = Field(default=["ntp.nict.jp"], max_length=8)
    max_offset_s: int = Field(120, ge=1, le=3600)
    zone: str = Field("Asia/Tokyo", pattern=r"^[A-Za-z]+/[A-Za-z_]+$")


class Screen(Part):
    lock_after_s: int = Field(300, ge=30, le=3600)


class Firewall(Part):
    allow_in: list[int] = Field(default=[22], max_length=20)


class Usb(Part):
    storage: Literal["block", "read-only", "allow"] = "block"


class Input(Part):
    method: Literal["mozc", "anthy"] = "mozc"


class Contact(Part):
    label: str = Field(min_length=1, max_length=60, pattern=_LINE)
    phone: str = Field(min_length=1, max_length=40, pattern=_LINE)


class Wallpaper(Part):
    title: str = Field("災害対策本部", max_length=60, pattern=_LINE)
    contacts: list[Contact] = Field(default=[], max_length=12)


class Documents(Part):
    files: list[str] = Field(default=[], max_length=500, description="paths beside the profile")


class Printer(Part):
    name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,60}$")
    uri: str = Field(max_length=300, pattern=r"^(ipp|ipps|socket|lpd)://[^\s'\"\\<>]+$")


class Meeting(Part):
    need_camera: bool = True


class Updates(Part):
    max_age_days: int = Field(30, ge=1, le=3650)


class Battery(Part):
    min_health_percent: int = Field(60, ge=1, le=100)


class Disk(Part):
    encrypted: bool = True
    min_free_mb: int = Field(2048, ge=1)


class Software(Part):
    packages: list[str] = Field(default=[], max_length=200)


class Profile(Part):
    """The whole profile after inheritance. A section that is left out is not managed."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,40}$")
    title: str = Field(min_length=1, max_length=80, pattern=_LINE)
    version: int = Field(ge=1, le=1_000_000)
    valid_days: int = Field(180, ge=1, le=1825)
    target: Literal["linux", "windows"] = "linux"
    guest: Guest = Field(default_factory=lambda: Guest.model_validate({}))
    wifi: list[Wifi] = Field(default=[], max_length=10)
    wired: bool = True
    browser: Browser | None = None
    clock: Clock | None = None
    screen: Screen | None = None
    firewall: Firewall | None = None
    usb: Usb | None = None
    input: Input | None = None
    wallpaper: Wallpaper | None = None
    documents: Documents | None = None
    printers: list[Printer] = Field(default=[], max_length=20)
    meeting: Meeting | None = None
    updates: Updates | None = None
    battery: Battery | None = None
    disk: Disk | None = None
    software: Software | None = None


def load(path: Path) -> Profile:
    """Read ``path`` and what it extends (files beside it). SuiteError LIAISON-001: line and suggestion."""
    values, texts = _inherited(path, [])
    try:
        return Profile.model_validate(values)
    except ValidationError as error:
        raise errors.profile_wrong(path.name, _explain(error, texts)) from error


def _inherited(path: Path, below: list[str]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Merged values and the (name, text) of every file, the most specific first."""
    if path.name in below or len(below) >= _DEPTH:
        why = _("「extends」が「{name}」で一回りしているか、深すぎます。").format(name=path.name)
        raise errors.profile_wrong(below[0], why)
    text = _read(path)
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise errors.profile_wrong(path.name, _("書き方に誤りがあります: {why}").format(why=error)) from error
    base = values.pop("extends", None)
    if base is None:
        return values, [(path.name, text)]
    if not isinstance(base, str) or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,60}\.toml", base):
        why = _("「extends」は同じフォルダーにあるファイル名（例 base.toml）で書いてください。")
        raise errors.profile_wrong(path.name, why)
    beneath, texts = _inherited(path.with_name(base), [*below, path.name])
    return _merge(beneath, values), [(path.name, text), *texts]


def _merge(beneath: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Tables merge, everything else (lists too) is replaced by the more specific file."""
    merged = dict(beneath)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = _merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _read(path: Path) -> str:
    try:
        content = read_bounded(path, MAX_FILE + 1)
        if len(content) > MAX_FILE:
            raise errors.profile_wrong(path.name, _("大きすぎます（256 KB まで）。"))
        return content.decode()
    except (OSError, UnicodeDecodeError) as error:
        why = _("ファイルを開けないか、UTF-8 ではありません。")
        raise errors.profile_wrong(path.name, why) from error


def _explain(error: ValidationError, texts: list[tuple[str, str]]) -> str:
    """The first problem as a sentence: file, line, name, and what was probably meant."""
    first = error.errors()[0]
    place = [str(p) for p in first["loc"]]
    name, number = _line_of(place, texts)
    where = _("「{file}」{line} 行目: ").format(file=name, line=number) if number else ""
    dotted = ".".join(place)
    if first["type"] == "extra_forbidden":
        meant = difflib.get_close_matches(place[-1], _fields_at(place[:-1]), 1, 0.5)
        hint = _("「{name}」のことですか。").format(name=meant[0]) if meant else ""
        return where + _("「{name}」という項目はありません。").format(name=dotted) + hint
    if first["type"] == "missing":
        return where + _("「{name}」がありません。").format(name=dotted)
    return where + _("「{name}」の値が正しくありません。").format(name=dotted)


def _fields_at(place: list[str]) -> list[str]:
    """The names that are allowed in the table at ``place``."""
    model: Any = Profile
    for part in place:
        if part.isdigit():
            continue
        field = model.model_fields.get(part) if hasattr(model, "model_fields") else None
        model = _model_in(field.annotation) if field is not None else None
    return list(model.model_fields) if model is not None else []


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        if (found := _model_in(argument)) is not None:
            return found
    return None


def _line_of(place: list[str], texts: list[tuple[str, str]]) -> tuple[str, int]:
    """File and line where the key at ``place`` stands (0: not written anywhere)."""
    names = [p for p in place if not p.isdigit()]
    index = next((int(p) for p in place if p.isdigit()), 0)
    for file, text in texts:
        table: list[str] = []
        seen: dict[str, int] = {}
        for number, row in enumerate(text.splitlines(), 1):
            if header := re.match(r"\s*\[+\s*([\w.-]+)\s*\]+", row):
                table = header[1].split(".")
                seen[header[1]] = seen.get(header[1], -1) + 1
                if table == names and seen[header[1]] == index:
                    return file, number
            elif key := re.match(r"\s*([\w-]+(?:\.[\w-]+)*)\s*=", row):
                whole = table + key[1].split(".")
                right_one = seen.get(".".join(table), 0) == index or not table
                if right_one and (
                    whole == names or (len(names) > len(whole) and names[: len(whole)] == whole)
                ):
                    return file, number
    return texts[0][0], 0
