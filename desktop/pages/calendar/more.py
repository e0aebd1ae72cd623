"""ほかの操作: what is needed now and then, in words behind one button."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton, QWidget

from core.i18n import _
from desktop.pages.calendar import paper
from desktop.ui.buttons import button

Line = tuple[str, Callable[[], object]]


def more_button(
    page: QWidget,
    lines: list[Line],
    write_paper: Callable[[Path, paper.Form], object],
    join: Callable[[Path], object],
) -> QPushButton:
    """The button with its menu: ``lines``, then the organisation's list and the papers, which ask for a
    file."""

    def choose_list() -> None:
        name, _kind = QFileDialog.getOpenFileName(page, _("職場の一覧（CSV）"), "", "*.csv")
        if name:
            join(Path(name))

    def choose_paper(form: paper.Form) -> None:
        name, _kind = QFileDialog.getSaveFileName(page, _("PDF を置く場所"), _("予定.pdf"), "*.pdf")
        if name:
            write_paper(Path(name), form)

    menu = QMenu(page)
    for text, act in (*lines, (_("職場の一覧を取り込む…"), choose_list)):
        menu.addAction(text, act)
    papers = menu.addMenu(_("印刷用の PDF"))
    for text, form in (
        (_("週（A4）"), paper.WEEK),
        (_("月（A4）"), paper.MONTH),
        (_("手帳（A5）"), paper.DIARY_A5),
        (_("手帳（A6）"), paper.DIARY_A6),
    ):
        papers.addAction(text, partial(choose_paper, form))
    more = button(_("ほかの操作"), icon="sliders-horizontal")
    more.clicked.connect(lambda: menu.popup(more.mapToGlobal(more.rect().bottomLeft())))
    return more
