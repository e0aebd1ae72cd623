"""Several widgets in one place, one shown. Unlike a stacked widget, what is hidden takes no room at all, also
where heights depend on widths."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.ui import page


class OneOf(QWidget):
    """The first added is shown until another is chosen."""

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        self._layout = page.column(self, 0)
        self._widgets = list(widgets)
        for number, widget in enumerate(widgets):
            self._layout.addWidget(widget)
            if number:
                widget.hide()

    def choose(self, wanted: QWidget) -> None:
        """Show ``wanted`` and hide the others."""
        for widget in self._widgets:
            if widget is not wanted:
                widget.hide()
        wanted.show()

    def current(self) -> QWidget:
        """What is shown."""
        return next(widget for widget in self._widgets if not widget.isHidden())
