"""止める: whom an incident stops, and what each stop has reached and left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from core.clock import TOKYO
from core.i18n import _
from desktop.ui import page
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import line_edit
from desktop.ui.widgets.flow import Flow
from office.incident import DONE, LEFT, Step


class StopLine(QWidget):
    """``stop(what, subject)``: what is ``person`` or ``terminal``."""

    def __init__(self, stop: Callable[[str, str], None]) -> None:
        super().__init__()
        self._offered = ""
        self.subject = line_edit(_("止める職員番号か端末名"), _("職員番号か端末名"), limit=64)
        self.person = self._button(_("この職員を止める"), "person", "user", stop)
        self.terminal = self._button(_("この端末を止める"), "terminal", "desktop", stop)
        line = page.Across(36, 0.6)
        line.add(self.subject, 1)
        line.add(Flow(self.person, self.terminal), 2)
        page.column(self, 0).addWidget(line)

    def _button(self, words: str, what: str, icon: str, stop: Callable[[str, str], None]) -> QPushButton:
        return button(words, lambda: stop(what, self.subject.text()), "danger", icon)

    def offer(self, what: str, subject: str) -> None:
        """``subject`` stands ready to be stopped; another page has led here with it."""
        self._offered = what
        self.subject.setText(subject)

    def go_on(self) -> None:
        """The focus to what comes next: the button, where it is known whom to stop."""
        ready = {"person": self.person, "terminal": self.terminal}.get(self._offered, self.subject)
        (ready if self.subject.text() else self.subject).setFocus(Qt.FocusReason.OtherFocusReason)

    def clear(self) -> None:
        self._offered = ""
        self.subject.clear()

    def set_going(self, going: bool, over: bool) -> None:
        """``over``: the chosen incident has ended; without one, whom to stop may be typed already."""
        self.subject.setEnabled(not over)
        self.person.setEnabled(going)
        self.terminal.setEnabled(going)


class StoppedList(QWidget):
    """Each stop of the incident, the newest first."""

    def __init__(self) -> None:
        super().__init__()
        self._layout = page.column(self, 0.75)

    def show_steps(self, steps: Sequence[Step], drill: bool) -> None:
        """The stops among ``steps``."""
        page.clear(self._layout)
        stops = [step for step in reversed(steps) if step.kind in ("locked-person", "locked-terminal")]
        if not stops:
            self._layout.addWidget(
                page.label(_("まだだれも、どの端末も止めていません。"), "muted", wrap=True)
            )
        for step in stops:
            self._layout.addWidget(_card(step, drill))
        self._layout.addStretch(1)


def _card(step: Step, drill: bool) -> QWidget:
    frame, inside = page.card(margin=0.9)
    when = datetime.fromtimestamp(step.time, TOKYO).strftime("%m/%d %H:%M")
    mark = _("【訓練】") if drill else ""
    inside.addWidget(page.label(f"{mark}{step.subject}　{when}", "strong", wrap=True))
    lines = step.words.splitlines()
    for begins, title in (
        (DONE, _("止まるもの（訓練なので止めていません）") if drill else _("止めたもの")),
        (LEFT, _("残っているもの。次にすること")),
    ):
        found = [line.removeprefix(begins) for line in lines if line.startswith(begins)]
        if found:
            inside.addWidget(page.label(title, "caption", wrap=True))
        for each in found:
            inside.addWidget(page.label(begins + each, wrap=True))
    return frame
