"""A policy while it is being edited: the file's own text, so that its comments and order survive.

Every step is checked by the declarations that will read it (``core.settings``); what changed is said in words
before it is saved.
"""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_origin

from pydantic import ValidationError

from core import config_errors as errors
from core.i18n import _
from core.settings import Settings
from core.settings.declared import Declared, declared
from core.settings_words import kind_of, kind_words, value_words


@dataclass(frozen=True)
class Change:
    """One line of the difference. ``before`` and ``after`` are words."""

    key: str
    title: str
    before: str
    after: str


class Draft:
    """``text``: TOML as it lies in the file. SuiteError CONF-001 for what is none."""

    def __init__(self, text: str) -> None:
        import tomlkit  # only who edits pays for it

        try:
            self._document = tomlkit.parse(text)
            said = tomllib.loads(text)
            if not all(isinstance(table, dict) for table in said.values()):
                raise ValueError("a value outside of any table")
        except (ValueError, RecursionError) as error:
            raise errors.broken_policy("policy.toml") from error
        self._declared = {one.key: one for one in declared()}

    @property
    def text(self) -> str:
        return self._document.as_string()

    @property
    def by(self) -> str:
        """Who decides, as the settings page names it."""
        return str(self._said("locked").get("by", ""))

    @by.setter
    def by(self, name: str) -> None:
        self._put("locked", "by", name.strip() or None)

    def value(self, key: str) -> Any:
        """What the policy says of ``section.name``; None where it leaves it."""
        section, _dot, name = key.partition(".")
        return self._said(section).get(name)

    def decide(self, key: str, value: Any) -> None:
        """Have the policy say ``value`` (None: leave it to the default or the person)."""
        section, _dot, name = self._declared[key].key.partition(".")
        self._put(section, name, value)

    def locked(self, key: str) -> bool:
        """Whether the default is fixed for everybody, by its own name or its section's."""
        return bool({key, key.partition(".")[0]} & set(self._said("locked").get("keys", ())))

    def lock(self, key: str, on: bool) -> None:
        """Fix the default of ``section.name``, or no longer. A section's own lock is taken apart."""
        section = key.partition(".")[0]
        keys = list(self._said("locked").get("keys", ()))
        if section in keys:
            keys.remove(section)
            keys += [each for each in self._declared if each.startswith(f"{section}.") and each not in keys]
        keys = [each for each in keys if each != key] + ([key] if on else [])
        self._put("locked", "keys", keys or None)

    def problems(self) -> dict[str, str]:
        """Why it cannot be used, by key (or section, where values contradict each other)."""
        found: dict[str, str] = {}
        for section in Settings.model_fields:
            kind = Settings.model_fields[section].annotation
            try:
                kind.model_validate(self._said(section))  # type: ignore[union-attr]
            except ValidationError as error:
                for problem in error.errors(include_url=False, include_input=False):
                    key = ".".join([section, *(str(part) for part in problem["loc"][:1])])
                    if problem["type"] != "extra_forbidden":  # said, and not used: as when it is loaded
                        found[key] = self._why(key)
        empty = (k for k, one in self._declared.items() if kind_of(one) is Path and self.value(k) == "")
        return found | {key: self._why(key) for key in empty}

    def _why(self, key: str) -> str:
        if key not in self._declared:
            return _("値の組み合わせが正しくありません（しきい値は、厳しい順に並べます）。")
        return _("使えない値です。使えるのは: {kind}").format(kind=kind_words(self._declared[key]))

    def _said(self, section: str) -> dict[str, Any]:
        table = self._document.unwrap().get(section, {})
        return table if isinstance(table, dict) else {}

    def _put(self, section: str, name: str, value: Any) -> None:
        import tomlkit

        if value is None:
            if section in self._document:
                self._document[section].pop(name, None)
            return
        if section not in self._document:
            self._document[section] = tomlkit.table()
        self._document[section][name] = value
        said = tomllib.loads(self.text).get(section, {}).get(name)
        if repr(said) != repr(value):  # not by ==: nan is said as well, and refused with its reason
            raise errors.broken("policy.toml")


def changes(before: Draft, after: Draft) -> list[Change]:
    """What ``after`` says otherwise, in the order of the settings."""
    found = [_("決めた人")] if before.by != after.by else []
    lines = [Change("locked.by", title, value_words(before.by), value_words(after.by)) for title in found]
    for one in declared():
        old, new = standing(before, one), standing(after, one)
        if old != new:
            lines.append(Change(one.key, f"{one.section}: {one.title}", old, new))
    return lines


def carried(before: Draft, after: Draft, onto: Draft) -> None:
    """Have ``onto``, read anew, say what ``after`` says otherwise than ``before``: an edit outlives it."""
    if after.by not in (before.by, onto.by):
        onto.by = after.by
    for one in declared():
        value, locked = after.value(one.key), after.locked(one.key)
        if value not in (before.value(one.key), onto.value(one.key)):
            onto.decide(one.key, value)
        if before.locked(one.key) != locked != onto.locked(one.key):
            onto.lock(one.key, locked)


def parsed(one: Declared, text: str) -> Any:
    """What a person typed, as the file holds it; what is no number or table comes back as typed (and is then
    a problem of the draft)."""
    kind, plain = kind_of(one), unicodedata.normalize("NFKC", text).strip()
    if get_origin(kind) is list:
        return [line.strip() for line in text.splitlines() if line.strip()]
    try:
        if get_origin(kind) is dict:
            return tomllib.loads(text)
        if kind is int or kind is float or isinstance(one.default, int | float):
            return int(plain) if kind is int else float(plain)
    except (ValueError, RecursionError):
        return text
    return text.strip()


def standing(draft: Draft, one: Declared) -> str:
    """What the policy makes of ``one``, in words: its value, the default, or the person's own choice."""
    value = draft.value(one.key)
    if value is not None:
        return value_words(value)
    default = _("既定（{value}）").format(value=value_words(one.default))
    if one.policy_only:
        return default
    return _("{default}に固定").format(default=default) if draft.locked(one.key) else _("利用者が選ぶ")
