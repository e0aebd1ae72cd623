"""The declarations, asked by name: ``section.name`` is a setting's key everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from core.i18n import _
from core.settings import Section, Settings


@dataclass(frozen=True)
class Declared:
    """A setting as declared, for the settings page and the guide. ``kind``: its Python type."""

    key: str
    section: str
    title: str
    description: str
    kind: Any
    default: Any
    policy_only: bool


def declared() -> Iterator[Declared]:
    """Every setting with its words in the current language, in the order of the settings page."""
    for section in Settings.model_fields:
        kind = section_of(section)
        for name, field in kind.model_fields.items():
            yield Declared(
                key=f"{section}.{name}",
                section=_(kind.model_config.get("title") or section),
                title=_(field.title or name),
                description=_(field.description) if field.description else "",
                kind=field.annotation,
                default=field.default,
                policy_only=policy_only(section, name),
            )


def split(key: str) -> tuple[str, str]:
    """Section and name. KeyError for what is not declared."""
    if not known(key) or "." not in key:
        raise KeyError(key)
    section, _dot, name = key.partition(".")
    return section, name


def known(key: str) -> bool:
    """Whether ``key`` is a setting, or a whole section."""
    section, _dot, name = key.partition(".")
    return section in Settings.model_fields and (not name or name in section_of(section).model_fields)


def section_of(section: str) -> type[Section]:
    kind = Settings.model_fields[section].annotation
    return cast(type[Section], kind)


def policy_only(section: str, name: str) -> bool:
    """Whether the person's own file may not say it."""
    extra = section_of(section).model_fields[name].json_schema_extra
    return isinstance(extra, dict) and extra.get("scope") == "policy"


def title_of(key: str) -> str:
    """As the settings page calls it, in the current language."""
    section, name = split(key)
    return _(section_of(section).model_fields[name].title or name)
