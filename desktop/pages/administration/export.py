"""A table saved as CSV where the person says: the one way out of administration's pages."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from core.i18n import _
from desktop.pages.administration.step_up import StepUpCard
from desktop.pages.files import ask_save, save
from desktop.pages.services import Services
from desktop.ui.widgets.table import Table


def export(
    owner: QWidget,
    services: Services,
    table: Table,
    name: str,
    step_up: StepUpCard | None = None,
    allowed: Callable[[], object] = lambda: None,
) -> None:
    """What ``table`` shows, into a file that the person chooses (``name`` is offered). ``allowed`` is asked
    first, through ``step_up`` where it may want a further factor."""
    path = ask_save(owner, name, "CSV (*.csv)")
    if path is None:
        return
    content = table.csv()
    words = _("「{name}」に書き出しました。").format(name=path.name)

    def work() -> None:
        allowed()
        save(path, content())

    def told(_nothing: object) -> None:
        services.notices.success(words)

    if step_up is not None:
        step_up.run(owner, _("書き出し"), work, told)
    else:
        services.bridge.run(owner, _("書き出し"), lambda _r: work(), told)
