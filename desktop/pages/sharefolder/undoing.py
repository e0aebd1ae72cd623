"""元に戻す: in the notice of what was done, and by Ctrl+Z also after the notice is gone."""

from __future__ import annotations

from collections.abc import Callable

from core.i18n import _
from desktop.pages.services import Services
from desktop.ui.notice import Notice

_KEPT = 20


class Undoing:
    """The newest first; each is undone once, whichever way."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._done: list[tuple[Notice, Callable[[], object]]] = []

    def offer(self, words: str, undo: Callable[[], object]) -> None:
        """``words`` say what was done."""

        def act() -> None:
            self._done = [each for each in self._done if each[0] is not notice]
            undo()

        notice = Notice("success", words, action=(_("元に戻す"), act))
        self._done = [*self._done, (notice, act)][-_KEPT:]
        self._services.notices.show_notice(notice)

    def undo(self) -> None:
        """What was done last."""
        if not self._done:
            self._services.notices.info(_("元に戻せる操作はありません。"))
            return
        notice, act = self._done[-1]
        self._services.notices.withdraw(notice)
        act()
