"""The operator's list of settings is what the declarations say today."""

from __future__ import annotations

from core.settings.declared import declared
from installer.settings_page import PAGE, markdown


def test_the_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == markdown(), "python -m installer.settings_page"


def test_every_setting_stands_in_it_with_its_words_and_who_may_set_it() -> None:
    text = markdown()
    for one in declared():
        assert f"`{one.key.partition('.')[2]}`" in text
        assert one.title in text
    assert "### `" not in text
    pin = next(line for line in text.splitlines() if line.startswith("| `pin_min_length`"))
    assert "（方針だけ）" in pin
    assert "4 以上、64 以下" in pin
    theme = next(line for line in text.splitlines() if line.startswith("| `theme`"))
    assert '`"high-contrast"`' in theme
    assert "（方針だけ）" not in theme
