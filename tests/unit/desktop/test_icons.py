"""The icons that lie in the folder are those that are drawn."""

from __future__ import annotations

from pathlib import Path

import desktop

ROOT = Path(desktop.__file__).parent


def test_no_icon_is_kept_that_nothing_draws() -> None:
    sources = [*ROOT.rglob("*.py"), ROOT / "ui" / "style.qss"]
    text = "\n".join(each.read_text("utf-8") for each in sources)
    names = {each.stem for each in (ROOT / "ui" / "icons").glob("*.svg")}
    assert {name for name in names if f'"{name}"' not in text and f"/{name}.svg" not in text} == set()
