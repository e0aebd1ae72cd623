"""部局 → 所属: whose rows the group's week shows. Hidden where no calendar has a place in an organisation."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from calendar_sync.model import Collection
from core.i18n import _
from desktop.ui import page
from desktop.ui.widgets.fields import labelled

_BETWEEN = " › "


class Places(QWidget):
    """``chosen`` when another department or section is to be shown."""

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        row = page.row(self, 0.6, 0.4)
        self.department, self.section = QComboBox(), QComboBox()
        row.addWidget(labelled(_("部局"), self.department))
        row.addWidget(labelled(_("所属"), self.section))
        row.addStretch(1)
        self._places: list[str] = []
        self.department.currentIndexChanged.connect(lambda _i: self._sections())
        self.section.currentIndexChanged.connect(lambda _i: self.chosen.emit())
        self.hide()

    def put(self, collections: Sequence[Collection]) -> None:
        places = sorted({c.place for c in collections if c.place})
        if places == self._places:
            return
        self._places = places
        self._fill(self.department, _("すべての部局"), [p.partition(_BETWEEN)[0] for p in places])
        self._sections(quiet=True)
        self.setVisible(bool(places))

    def shows(self, collection: Collection) -> bool:
        """Whether ``collection`` is in what has been chosen; one's own and those without a place always."""
        department, section = self.department.currentData() or "", self.section.currentData() or ""
        if not collection.place or not department:
            return True
        first, _between, second = collection.place.partition(_BETWEEN)
        return first == department and (not section or second == section)

    def _sections(self, quiet: bool = False) -> None:
        department = self.department.currentData() or ""
        parts = [p.partition(_BETWEEN) for p in self._places]
        self._fill(self.section, _("すべての所属"), [s for d, _b, s in parts if d == department and s])
        self.section.setEnabled(self.section.count() > 1)
        if not quiet:
            self.chosen.emit()

    def _fill(self, box: QComboBox, everything: str, names: Sequence[str]) -> None:
        before = box.currentData()
        box.blockSignals(True)
        box.clear()
        box.addItem(everything, "")
        for name in dict.fromkeys(names):
            box.addItem(name, name)
        box.setCurrentIndex(max(0, box.findData(before)))
        box.blockSignals(False)
