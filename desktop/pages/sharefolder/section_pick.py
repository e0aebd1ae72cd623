"""To whom an inquiry goes: the sections that the suite knows, ticked one by one or all, and others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from core.i18n import _
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.search import fold
from desktop.ui.widgets.fields import line_edit
from desktop.ui.widgets.flow import Flow

_BETWEEN = re.compile(r"[\n\t、,，]+")
_NAMED = 12
_ON, _OFF = Qt.CheckState.Checked, Qt.CheckState.Unchecked


class SectionPick(QWidget):
    """Nothing is ticked until a person ticks it. Space ticks; what is typed above narrows the list."""

    def __init__(self) -> None:
        super().__init__()
        layout = page.column(self, 0.45)
        layout.addWidget(page.label(_("照会する所属"), "strong"))
        self.source = page.label("", "caption", wrap=True)
        layout.addWidget(self.source)
        self.filter = line_edit(_("所属を絞り込む"), _("所属を絞り込む"))
        self.filter.textChanged.connect(lambda _text: self._narrow())
        layout.addWidget(self.filter)
        self.list = QListWidget()
        self.list.setAccessibleName(_("照会する所属"))
        self.list.setFixedHeight(theme.em(14))
        self.list.itemChanged.connect(lambda _item: self._count())
        self.list.pressed.connect(self._pressed)
        self.list.clicked.connect(self._clicked)
        self._before: tuple[int, Qt.CheckState] | None = None
        layout.addWidget(self.list)
        self.all = button(_("出ている所属をすべて選ぶ"), lambda: self._tick(_ON))
        self.none = button(_("出ている所属をすべて外す"), lambda: self._tick(_OFF))
        layout.addWidget(Flow(self.all, self.none))
        self.extra = line_edit(_("一覧にない所属"), _("一覧にない所属（「、」で区切る）"), limit=4_000)
        self.extra.returnPressed.connect(self._add_typed)
        line = page.Across(30, 0.6)
        line.add(self.extra, 1)
        line.add(button(_("加える"), self._add_typed, icon="plus"))
        layout.addWidget(line)
        self.count = page.label("", "caption", wrap=True)
        layout.addWidget(self.count)
        self._count()

    def begin(self) -> None:
        """An empty list."""
        self.list.clear()
        self.filter.clear()
        self.extra.clear()
        self.source.clear()
        self._count()

    def offer(self, sections: Iterable[str], source: str) -> None:
        """Those that are known, unticked; ``source``: from where, in words."""
        self.source.setText(source)
        self._add(sections, _OFF)

    def choose(self, sections: Iterable[str]) -> None:
        """Tick these; what is not in the list yet comes into it."""
        self._add(sections, _ON)

    def chosen(self) -> list[str]:
        """In the list's order, also what the filter hides."""
        return [item.text() for item in self._items() if item.checkState() is _ON]

    def _items(self) -> Iterator[QListWidgetItem]:
        return (self.list.item(row) for row in range(self.list.count()))

    def _add(self, sections: Iterable[str], state: Qt.CheckState) -> None:
        there = {item.text(): item for item in self._items()}
        for name in dict.fromkeys(filter(None, (each.strip() for each in sections))):
            item = there.get(name)
            if item is None:
                item = QListWidgetItem(name)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(state)
                self.list.addItem(item)
            elif state is _ON:
                item.setCheckState(_ON)
        self._narrow()
        self._count()

    def _add_typed(self) -> None:
        names = [each for each in _BETWEEN.split(self.extra.text()) if each.strip()]
        if names:
            self.choose(names)
            self.extra.clear()
            self.list.scrollToBottom()
            announce(self, self.count.text())

    def _narrow(self) -> None:
        words = fold(self.filter.text()).split()
        for item in self._items():
            item.setHidden(not all(word in fold(item.text()) for word in words))

    def _tick(self, state: Qt.CheckState) -> None:
        for item in self._items():
            if not item.isHidden():
                item.setCheckState(state)
        announce(self, self.count.text())

    def _pressed(self, index: QModelIndex) -> None:
        self._before = index.row(), self.list.item(index.row()).checkState()

    def _clicked(self, index: QModelIndex) -> None:
        """The words tick it as its box does, which Qt has done by now."""
        item = self.list.item(index.row())
        if self._before == (index.row(), item.checkState()):
            item.setCheckState(_OFF if item.checkState() is _ON else _ON)

    def _count(self) -> None:
        chosen = self.chosen()
        said = _("{count} 所属を選んでいます。").format(count=len(chosen))
        names = "、".join(chosen[:_NAMED]) + ("…" if len(chosen) > _NAMED else "")
        self.count.setText(f"{said} {names}".strip())
