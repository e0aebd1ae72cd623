"""What a person does at the screen and sees there: by role and name, as a screen reader says them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import xa11y

PATIENCE = 25.0
"""Seconds a person waits for something that should come."""
A_LOOK = 60.0
"""Seconds for one whole look at the camera on a machine that is busy with other things."""
TRIES = 4
"""Looks before one counts as failed. Less than 1 in 20 is refused (benchmarks.face_liveness), so all four
fail once in 160,000 journeys; a refused photo before them and these are the five that the matcher hears."""
GLANCE = 0.2


class Person:
    """Sits before one running program. What does not come fails with what was on the screen instead."""

    def __init__(self, app: xa11y.App, pictures: Path) -> None:
        self._app = app
        self._pictures = pictures
        self._count = 0

    # does

    def presses(self, name: str) -> None:
        self._find("button", lambda words: words == name).press()

    def clicks(self, name: str) -> None:
        """With the mouse: the window has the keyboard from then on, also one that began behind another."""
        xa11y.input_sim().click(self._find("button", lambda words: words == name))

    def looks_again(self) -> None:
        """Press what offers another look at the camera; it goes away while the look lasts."""
        self._find("button", _another_look).press()
        self._wait(lambda: self._look("button", _another_look) is None, "the look did not begin")

    def presses_what(self, beginning: str) -> None:
        """A button whose words change while one looks."""
        self._find("button", lambda words: words.startswith(beginning)).press()

    def chooses_from_menu(self, name: str, line: int) -> None:
        """The menu of the button ``name``, its ``line`` (from 1) by the keyboard."""
        self.presses(name)
        time.sleep(GLANCE)
        self.keys(*["Down"] * line, "Enter")

    def ticks(self, name: str) -> None:
        self._find("check_box", lambda words: words == name).press()

    def chooses(self, name: str) -> None:
        """One of a few, all visible."""
        self.ticks(name)

    def writes(self, field: str, text: str) -> None:
        self._find("text_field", lambda words: words == field).set_value(text)

    def writes_lines(self, field: str, text: str) -> None:
        """Into a field of several lines."""
        self._find("text_area", lambda words: words == field).set_value(text)

    def enters(self, field: str, text: str) -> None:
        """Write into a field and press Enter there."""
        found = self._find("text_field", lambda words: words == field)
        found.set_value(text)
        found.focus()
        self.keys("Enter")

    def types(self, field: str, text: str) -> None:
        """Key by key into a field, in place of what stands there."""
        self._find("text_field", lambda words: words == field).focus()
        self.holds("Ctrl", "a")
        self.keys(*text)

    def keys(self, *names: str) -> None:
        for name in names:
            xa11y.input_sim().press(name)

    def holds(self, held: str, key: str) -> None:
        """One key while another is held, such as Ctrl and F."""
        xa11y.input_sim().chord(key, [held])

    def selects(self, name: str) -> None:
        """A row of a table, with the mouse."""
        xa11y.input_sim().click(self._find("table_cell", lambda words: words == name))

    def opens(self, name: str) -> None:
        """A row of a table, and Enter."""
        self.selects(name)
        self.keys("Enter")

    def signs_out(self) -> None:
        """By the person's own button and the last line of its menu."""
        self._find("button", lambda words: words.endswith("（ロック・交代・サインアウト）")).press()
        time.sleep(GLANCE)
        self.keys("Up", "Enter")
        self.sees("サインイン", role="static_text")

    def looks_at_camera(self, words: str) -> None:
        """Does what the screen asks until it says ``words``; after a failed look, once more."""
        for _ in range(TRIES):
            seen = self._find("*", lambda name: words in name or _another_look(name), A_LOOK)
            if words in (seen.name or ""):
                return
            self.looks_again()
        raise AssertionError(f"{words} did not come in {TRIES} looks\n{self._app.dump()}")

    # sees

    def sees(self, words: str, patience: float = PATIENCE, role: str = "*") -> str:
        """Wait until something visible says ``words``; all that it says."""
        return self._find(role, lambda name: words in name, patience).name or ""

    def sees_no(self, words: str) -> None:
        """Nothing visible says ``words``."""
        assert self._look("*", lambda name: words in name) is None, f"{words} is on the screen"

    def photographs(self, name: str) -> Path:
        """Keep a picture of the screen; where it lies."""
        self._count += 1
        path = self._pictures / f"{self._count:02}-{name}.png"
        xa11y.screenshot().save_png(str(path))
        return path

    # inside

    def _find(self, role: str, fits: Callable[[str], bool], patience: float = PATIENCE) -> xa11y.Element:
        found: list[xa11y.Element] = []

        def come() -> bool:
            found[:] = filter(None, [self._look(role, fits)])
            return bool(found)

        self._wait(come, role, patience)
        return found[0]

    def _wait(self, come: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
        end = time.monotonic() + patience
        while not come():
            if time.monotonic() > end:
                raise AssertionError(f"nothing for {patience} s: {what}\n{self._app.dump()}")
            time.sleep(GLANCE)

    def _look(self, role: str, fits: Callable[[str], bool]) -> xa11y.Element | None:
        try:
            elements = self._app.locator(role).elements()
            return next(
                (each for each in elements if each.visible and each.enabled and fits(each.name or "")), None
            )
        except xa11y.XA11yError:  # a widget went away while we looked: look again
            return None


def _another_look(name: str) -> bool:
    return name.startswith("もう一度")
