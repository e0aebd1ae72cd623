"""docs/operator/settings.md out of the settings' own declarations: what is written there is what counts.

``python -m installer.settings_page`` writes the page anew; a test says when that was forgotten.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from core.files import write_atomically
from core.settings.declared import Declared, declared
from core.settings_words import kind_words, toml

PAGE = Path(__file__).resolve().parent.parent / "docs" / "operator" / "settings.md"
HEAD = """# 設定の一覧

方針ファイル `/etc/mahoroba/policy.toml`（Windows は `ProgramData\\Mahoroba\\policy.toml`）か、
利用者の設定に書ける項目のすべてです。
**方針だけ**の項目は、利用者の設定に書いても効きません。この頁は宣言（`core/settings/`）から作られています
（`python -m installer.settings_page`）。手で直しません。
"""


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
    return " | ".join(
        ("| `" + name + "`", _escaped(kind_words(one, "`")), f"`{toml(one.default)}`", _escaped(about) + " |")
    )


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    write_atomically(PAGE, markdown().encode(), 0o644)
