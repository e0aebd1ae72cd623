"""Changing a profile by a form: values are set in the author's own file, comments and order stay.

What was typed is checked as a whole profile before a byte is written, and the version goes up by one, so that
a laptop never takes the old bundle for the new one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from core.files import write_atomically
from core.i18n import _
from liaison import errors, profile
from liaison.profile import Profile

Value = str | int | bool


def change(path: Path, values: Mapping[str, Value]) -> Profile:
    """Set ``values`` (dotted names, lists by index as in ``wifi.0.ssid``) in ``path``; the new profile.

    Only what differs from the profile now is written. SuiteError LIAISON-001; the file is then as before.
    """
    before = profile.load(path)
    wanted = {name: value for name, value in values.items() if _now(before, name) != value}
    if not wanted:
        return before
    text = edited(path.read_text("utf-8"), wanted | {"version": before.version + 1}, before)
    made = _checked(path, text)
    write_atomically(path, text.encode())
    return made


def edited(text: str, values: Mapping[str, Value], whole: Profile) -> str:
    """The file's text with ``values`` set; everything else byte for byte."""
    try:
        document: Any = tomlkit.parse(text)
    except TOMLKitError as error:
        why = _("書き方に誤りがあります: {why}").format(why=error)
        raise errors.profile_wrong(whole.name, why) from error
    for name, value in values.items():
        _set(document, name.split("."), value, whole)
    return tomlkit.dumps(document)


def _set(document: Any, names: list[str], value: Value, whole: Profile) -> None:
    """A list that stands in an inherited file is taken over whole first: lists replace, tables merge."""
    table: Any = document
    node: Any = whole
    for number, name in enumerate(names[:-1]):
        key: Any = int(name) if name.isdigit() else name
        if isinstance(key, str) and key not in table:
            below = names[number + 1]
            table[key] = _inherited(node, key) if below.isdigit() else tomlkit.table()
        table = table[key]
        node = node[key] if isinstance(key, int) else getattr(node, key, None)
    table[names[-1]] = value


def _inherited(holder: Any, name: str) -> Any:
    made = tomlkit.aot()
    for each in getattr(holder, name):
        made.append(tomlkit.item(each.model_dump(exclude_defaults=True)))
    return made


def _now(whole: Profile, name: str) -> object:
    found: Any = whole
    for part in name.split("."):
        if part.isdigit():
            found = found[int(part)] if int(part) < len(found) else None
        else:
            found = getattr(found, part, None)
    return found


def _checked(path: Path, text: str) -> Profile:
    """Read as the profile would be read, beside copies of what it inherits."""
    with tempfile.TemporaryDirectory(prefix="mahoroba-profile-") as made:
        for beside in path.parent.glob("*.toml"):
            if beside != path:
                (Path(made) / beside.name).write_bytes(beside.read_bytes())
        copy = Path(made) / path.name
        copy.write_text(text, "utf-8")
        return profile.load(copy)
