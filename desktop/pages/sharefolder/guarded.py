"""What a person changes, and the question that comes first where it is suddenly very much (SHARE-030)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from core.errors import SuiteError
from core.i18n import sentences
from core.jobs import Report
from desktop.pages.services import Services

T = TypeVar("T")

if TYPE_CHECKING:
    from desktop.pages.sharefolder.files import Files


class Guarded:
    """``run`` does it; stopped for its number, the question says what it is ``about``, and going on does that
    very thing, whatever is shown or chosen by then."""

    def __init__(self, view: Files, services: Services) -> None:
        self._view, self._services = view, services

    def run(
        self,
        title: str,
        act: Callable[[Report, bool], T],
        done: Callable[[T], object],
        go_on: str = "",
        about: str = "",
        *,
        failed: Callable[[SuiteError], object] | None = None,
        lane: str = "share-change",
        card: bool = False,
        confirmed: bool = False,
    ) -> None:
        """``act`` gets whether a person has confirmed; ``go_on`` are the words for that."""
        ended = failed or self._services.notices.error

        def stopped(error: SuiteError) -> None:
            if error.code != "SHARE-030":
                ended(error)
                return

            def again() -> None:
                self.run(title, act, done, go_on, about, failed=failed, lane=lane, card=card, confirmed=True)

            self._view.ask.choice(sentences(error.what, about, error.why), ((go_on, again),), risky=True)

        self._services.bridge.run(
            self._view,
            title,
            lambda report: act(report, confirmed),
            done,
            stopped,
            lane=lane,
            card=card,
        )
