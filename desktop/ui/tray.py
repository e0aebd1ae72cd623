"""The icon in the notification area, where there is one: bring the window back, lock, quit."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMainWindow, QMenu, QSystemTrayIcon

from core.i18n import _


class Tray(QSystemTrayIcon):
    """``words`` of the state are the tool tip; a click brings the window back."""

    def __init__(self, window: QMainWindow, lock: Callable[[], object]) -> None:
        super().__init__(window.windowIcon(), window)
        self._window = window
        self._menu = QMenu(window)
        self._menu.addAction(_("まほろばを開く"), self.bring_back)
        self._menu.addAction(_("画面をロックする"), lock)
        self._menu.addSeparator()
        self._menu.addAction(_("終了する"), window.close)
        self.setContextMenu(self._menu)
        self.setToolTip(_("まほろば"))
        self.activated.connect(self._pressed)
        self.messageClicked.connect(self.bring_back)

    def bring_back(self) -> None:
        """Show the window in front."""
        self._window.setWindowState(self._window.windowState() & ~self._window.windowState().WindowMinimized)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    def tell(self, title: str, text: str) -> None:
        """A message of the desktop's, for whoever looks at another window just now."""
        if not self._window.isActiveWindow():
            self.showMessage(title, text, self._window.windowIcon())

    def _pressed(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self.bring_back()


def tray_for(window: QMainWindow, lock: Callable[[], object]) -> Tray | None:
    """The tray icon, or None where the desktop has no place for one."""
    if not QSystemTrayIcon.isSystemTrayAvailable():
        return None
    made = Tray(window, lock)
    made.show()
    return made
