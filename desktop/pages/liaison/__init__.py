"""連絡員端末: the wall, the batch run, the counter with its scan field, the profiles."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QWidget

from core.i18n import _
from desktop.pages.liaison.batch import Batch
from desktop.pages.liaison.counter import Counter
from desktop.pages.liaison.drill import DrillView
from desktop.pages.liaison.network import Network
from desktop.pages.liaison.profiles import Profiles
from desktop.pages.liaison.shelf import Shelf
from desktop.pages.liaison.wall import Wall
from desktop.pages.services import Services
from desktop.ui import page
from desktop.ui.theme import em
from desktop.ui.widgets.segmented import Segmented


def _scrolled(view: QWidget) -> QScrollArea:
    """On a low screen a form is scrolled, not crushed."""
    view.setObjectName("page")
    area = QScrollArea()
    area.setWidget(view)
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.viewport().setAutoFillBackground(False)
    return area


def liaison_page(services: Services) -> QWidget:
    """The views side by side on top; the work goes from left to right."""
    content = QWidget()
    layout = page.column(content, 1.0)
    layout.setContentsMargins(em(2), em(1.25), em(2), em(1.25))
    views: list[tuple[str, QWidget]] = [
        (_("一覧"), Wall(services)),
        (_("準備"), Batch(services)),
        (_("貸出と返却"), Counter(services)),
        (_("棚"), Shelf(services)),
        (_("プロファイル"), Profiles(services)),
        (_("ネットワーク"), Network(services)),
        (_("訓練"), DrillView(services)),
    ]
    stack = QStackedWidget()
    for _name, view in views:
        stack.addWidget(view if isinstance(view, Wall) else _scrolled(view))
    names = [(i, name) for i, (name, _view) in enumerate(views)]
    tabs = Segmented(_("連絡員端末の画面"), names, 0, wrap=True)
    tabs.chosen.connect(stack.setCurrentIndex)
    layout.addWidget(tabs)
    layout.addWidget(stack, 1)
    if services.trial:
        services.bridge.run(
            content,
            _("見本の端末"),
            lambda _r: services.liaison.move_in_trial(namespaces=True),
            lane="liaison",
        )
    return content
