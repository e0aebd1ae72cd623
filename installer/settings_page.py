"""docs/operator/settings.md out of the settings' own declarations: what is written there is what counts.

``python -m installer.settings_page`` writes the page anew; a test says when that was forgotten.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from core.config import Declared, declared
from core.files import write_atomically
from core.settings import Settings

PAGE = Path(__file__).resolve().parent.parent / "docs" / "operator" / "settings.md"
HEAD = """# 設定の一覧

方針ファイル `/etc/mahoroba/policy.toml`（Windows は `ProgramData\\Mahoroba\\policy.toml`）か、
利用者の設定に書ける項目のすべてです。
**方針だけ**の項目は、利用者の設定に書いても効きません。この頁は宣言（`core/settings.py`）から作られています
（`python -m installer.settings_page`）。手で直しません。
"""
_LIMITS = {
    "ge": "{limit} 以上",
    "gt": "{limit} より大きい",
    "le": "{limit} 以下",
    "lt": "{limit} より小さい",
    "min_length": "{limit} 文字（個）以上",
    "max_length": "{limit} 文字（個）まで",
    "pattern": "形 `{limit}`",
}
_KINDS = {str: "文字", int: "整数", float: "数", bool: "true / false", Path: "ファイルの場所"}


def markdown() -> str:
    """The whole page, in Japanese (the source language)."""
    lines = [HEAD]
    for section, found in groupby(declared(), key=lambda one: (one.key.partition(".")[0], one.section)):
        lines += [f"## `[{section[0]}]` {section[1]}", "", "| 項目 | 値 | 既定 | 説明 |", "|---|---|---|---|"]
        lines += [_row(one) for one in found]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _row(one: Declared) -> str:
    where = "（方針だけ）" if one.policy_only else ""
    about = f"**{one.title}**{where} {one.description}"
    name = one.key.partition(".")[2]
    return " | ".join(("| `" + name + "`", _kind(one), f"`{_toml(one.default)}`", _escaped(about) + " |"))


def _kind(one: Declared) -> str:
    section, _dot, name = one.key.partition(".")
    kind: Any = Settings.model_fields[section].annotation
    words = [_words(one.kind), *_bounds(kind.model_fields[name])]
    return _escaped("、".join(words))


def _words(kind: Any) -> str:
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " / ".join(f"`{_toml(value)}`" for value in inside)
    if origin in (Union, types.UnionType):
        return _words(next(each for each in inside if each is not type(None)))
    if origin is list:
        return f"{_words(inside[0])}の並び"
    if origin is dict:
        return f"名前と{_words(inside[1])}の組"
    return _KINDS.get(kind, str(kind))


def _bounds(field: FieldInfo) -> Iterator[str]:
    """What the type's own limits say; pydantic keeps each as a small object with one such attribute."""
    for each in field.metadata:
        for name, words in _LIMITS.items():
            if (limit := getattr(each, name, None)) is not None:
                yield words.format(limit=limit)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "（なし）"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(name)} = {_toml(each)}" for name, each in value.items()) + " }"
    return str(value)


def _key(name: str) -> str:
    """A name with a dot would be a table in a table."""
    return f'"{name}"' if "." in name else name


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    write_atomically(PAGE, markdown().encode(), 0o644)
