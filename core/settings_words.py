"""What a setting may hold and what it holds, in words: for the guide's page and the policy's editor."""

from __future__ import annotations

import json
import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from core.i18n import N_, _
from core.settings import Settings
from core.settings.declared import Declared

_LIMITS = {
    "ge": N_("{limit} 以上"),
    "gt": N_("{limit} より大きい"),
    "le": N_("{limit} 以下"),
    "lt": N_("{limit} より小さい"),
    "min_length": N_("{limit} 文字（個）以上"),
    "max_length": N_("{limit} 文字（個）まで"),
    "pattern": N_("形 {limit}"),
}
_KINDS = {
    str: N_("文字"),
    int: N_("整数"),
    float: N_("数"),
    bool: N_("true / false"),
    Path: N_("ファイルの場所"),
}


def kind_of(one: Declared) -> Any:
    """The type without ``None``: str, int, float, bool, Path, a Literal, list[…] or dict[…]."""
    if get_origin(one.kind) in (Union, types.UnionType):
        return next(each for each in get_args(one.kind) if each is not type(None))
    return one.kind


def kind_words(one: Declared, code: str = "") -> str:
    """Kind and bounds. ``code`` stands around what is written as it is: Markdown's sign, or nothing."""
    section, _dot, name = one.key.partition(".")
    fields: dict[str, FieldInfo] = Settings.model_fields[section].annotation.model_fields  # type: ignore[union-attr]
    return _("、").join([_words(kind_of(one), code), *_bounds(fields[name], code)])


def toml(value: object) -> str:
    """A value as the file writes it; inline where it is a table."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return _("（なし）")
    if isinstance(value, str | Path):
        return json.dumps(str(value), ensure_ascii=False)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(name)} = {toml(each)}" for name, each in value.items()) + " }"
    return str(value)


def lines(value: object) -> str:
    """A value to be edited: a list's items or a table's entries each on a line of their own."""
    if isinstance(value, dict):
        return "\n".join(f"{_key(name)} = {toml(each)}" for name, each in value.items())
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value or "")


def value_words(value: object) -> str:
    """A value for a person."""
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    if value is None or value in ([], ""):
        return _("なし")
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return _("、").join(value)
    if isinstance(value, dict):  # names, each with sets of which one suffices
        return _("、").join(f"{name}: {_sets(sets)}" for name, sets in value.items())
    return toml(value) if isinstance(value, list) else str(value)


def _sets(value: Any) -> str:
    try:
        return _(" または ").join("＋".join(names) for names in value)
    except TypeError:  # something else was typed: it is a problem of its own
        return toml(value)


def _words(kind: Any, code: str) -> str:
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " / ".join(f"{code}{toml(value)}{code}" for value in inside)
    if origin is list:
        return _("{kind}の並び").format(kind=_words(inside[0], code))
    if origin is dict:
        return _("名前と{kind}の組").format(kind=_words(inside[1], code))
    return _(_KINDS[kind]) if kind in _KINDS else _words(inside[0], code)


def _bounds(field: FieldInfo, code: str) -> Iterator[str]:
    """What the type's own limits say; pydantic keeps each as a small object with one such attribute."""
    for each in field.metadata:
        for name, words in _LIMITS.items():
            if (limit := getattr(each, name, None)) is not None:
                yield _(words).format(limit=f"{code}{limit}{code}" if name == "pattern" else limit)


def _key(name: str) -> str:
    """Quoted where it is more than TOML's bare keys allow."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)
