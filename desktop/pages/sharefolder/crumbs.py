"""The way to the open folder: each step is a button."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from core.i18n import _
from desktop.ui import page
from desktop.ui.buttons import button
from desktop.ui.tips import plain
from desktop.ui.widgets.flow import Flow
from sharefolder import names

_LAST = 3  # so many folders are shown; what lies before is one step that says …


class Crumbs(QWidget):
    """``go`` gets the folder whose step was pressed."""

    def __init__(self, go: Callable[[str], None]) -> None:
        super().__init__()
        self._go = go
        self._flow = Flow(spacing=0.1)
        page.column(self, 0).addWidget(self._flow)

    def show_path(self, place: str, folder: str) -> None:
        """Show ``folder`` of ``place``."""
        page.clear(self._flow.flow())
        parts = folder.split("/") if folder else []
        steps = [(place, "")]
        shown = range(max(0, len(parts) - _LAST), len(parts))
        steps += [(parts[number], "/".join(parts[: number + 1])) for number in shown]
        if len(parts) > _LAST:
            steps.insert(1, ("…", "/".join(parts[:-_LAST])))
        for number, (words, path) in enumerate(steps):
            words = names.shown(words)
            short = words if len(words) <= 18 else f"{words[:17]}…"
            made = button(f"›  {short}" if number else short, lambda path=path: self._go(path), "plain")  # type: ignore[misc]
            made.setToolTip(plain(words))
            made.setAccessibleName(_("フォルダ {name} へ").format(name=words))
            self._flow.flow().addWidget(made)
        page.in_order(self._flow)
