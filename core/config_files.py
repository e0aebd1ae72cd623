"""The two settings files: read within bounds, set aside when broken, edited without losing a comment."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic_settings import TomlConfigSettingsSource

from core import config_errors as errors
from core.errors import SuiteError
from core.settings import Settings

_MAX_FILE = 256 * 1024


def policy_source(path: Path) -> TomlConfigSettingsSource:
    """What the policy says, nothing where there is none. SuiteError CONF-001, CONF-002 (a section that is
    no table)."""
    try:
        source = _source(path)
    except (OSError, ValueError, RecursionError) as error:
        raise errors.policy_unreadable(path) from error
    for section, table in source.init_kwargs.items():
        if not isinstance(table, dict):
            raise errors.policy_value(section)
    return source


def user_source(path: Path, notices: list[SuiteError]) -> TomlConfigSettingsSource:
    """What the person's file says; nothing, and a notice, where it cannot be read."""
    try:
        return _source(path)
    except OSError:
        notices.append(errors.unreadable(path.name))
    except (ValueError, RecursionError):
        notices.append(_set_aside(path))
    return TomlConfigSettingsSource(Settings, None)


def _source(path: Path) -> TomlConfigSettingsSource:
    if path.exists() and (not path.is_file() or path.stat().st_size > _MAX_FILE):
        raise ValueError("not a settings file")
    return TomlConfigSettingsSource(Settings, path)


def _set_aside(path: Path) -> SuiteError:
    """Rename a file that cannot be parsed: it is never overwritten, the suite starts with defaults."""
    number = 1
    while (target := path.with_name(f"{path.name}.broken-{number}")).exists():
        number += 1
    try:
        path.rename(target)
    except OSError:
        return errors.unreadable(path.name)
    return errors.set_aside(target.name)


def edited(text: str, section: str, name: str, value: str | int | float | bool | None) -> str:
    """``text`` with one value set (None: taken out). ValueError where its layout does not allow that."""
    import tomlkit  # only who saves pays for it: the suite's start does not

    document = tomlkit.parse(text)
    if section not in document:
        document[section] = tomlkit.table()
    table = document[section]
    if not isinstance(table, dict):
        raise ValueError(f"{section} is not a table")
    if value is None:
        table.pop(name, None)
    else:
        table[name] = value
    after = tomlkit.dumps(document)
    if tomllib.loads(after).get(section, {}).get(name) != value:  # an unusual layout that tomlkit misplaces
        raise ValueError("the edit did not take")
    return after
