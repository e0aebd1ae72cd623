"""What a person does at the screen and sees there: by role and name, as a screen reader says them."""

from __future__ import annotations

from pathlib import Path

import xa11y

PATIENCE = 20.0
"""Seconds a person waits for something that should come."""


class Person:
    """Sits before one running program. Every failure tells what was on the screen instead."""

    def __init__(self, app: xa11y.App, pictures: Path) -> None:
        self.app = app
        self._pictures = pictures
        self._count = 0

    def presses(self, name: str) -> None:
        """A button by its exact name; it must be there, visible and enabled."""
        self.app.locator(f"button[name='{name}']").press()

    def writes(self, field: str, text: str) -> None:
        self.app.locator(f"text_field[name='{field}']").set_value(text)

    def ticks(self, name: str) -> None:
        self.app.locator(f"check_box[name^='{name}']").toggle()

    def sees(self, words: str, patience: float = PATIENCE) -> str:
        """Wait until something that says ``words`` is visible; its whole name."""
        element = self.app.locator(f"*[name*='{words}']").first().wait_visible(timeout=patience)
        return element.name or ""

    def sees_no(self, words: str) -> None:
        assert not self.app.locator(f"*[name*='{words}']").exists(), f"{words} is on the screen"

    def photographs(self, name: str) -> None:
        """Keep a picture of the screen."""
        self._count += 1
        xa11y.screenshot().save_png(str(self._pictures / f"{self._count:02}-{name}.png"))
