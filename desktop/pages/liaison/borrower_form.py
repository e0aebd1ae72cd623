"""Who takes a laptop, until when, with what."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame

from core.i18n import _
from desktop.ui import page
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import abreast, line_edit
from desktop.ui.widgets.flow import Flow


class BorrowerForm(QFrame):
    """Who takes it, until when, with what. Enter in the last field hands out."""

    def __init__(self, enter: Callable[[], None]) -> None:
        super().__init__()
        self.setProperty("card", True)
        layout = page.column(self, 0.6, 1.0)
        self.name = line_edit(_("借りる人の氏名"), limit=60)
        self.organisation = line_edit(_("所属先"), _("例 国土交通省 近畿地方整備局"), limit=120)
        self.purpose = line_edit(_("目的"), limit=200)
        self.days = QComboBox()
        for days in (1, 3, 7, 14, 30, 60):
            self.days.addItem(_("{days} 日間").format(days=days), days)
        self.days.setCurrentIndex(2)
        fields = (
            (_("借りる人の氏名"), self.name, 4),
            (_("所属先"), self.organisation, 6),
            (_("目的"), self.purpose, 4),
            (_("期間"), self.days, 2),
        )
        layout.addWidget(abreast(fields))
        self._accessories = [QCheckBox(words) for words in accessories()]
        self._accessories[0].setChecked(True)
        self.consent = QCheckBox(_("同意書に署名済み"))
        self.keep = QCheckBox(_("同じ人に続けて貸す"))
        choices = page.Across(50, 1.0)
        choices.add(Flow(*self._accessories, self.consent, self.keep, spacing=1.0), 1)
        hand_out = page.row(spacing=0)
        hand_out.addWidget(button(_("貸し出す"), enter, "primary", main=True))
        hand_out.addStretch()
        choices.add(hand_out)
        layout.addWidget(choices)
        for line in (self.name, self.organisation, self.purpose):
            line.returnPressed.connect(enter)

    def filled(self) -> bool:
        return bool(self.name.text().strip() and self.organisation.text().strip())

    def chosen(self) -> tuple[str, ...]:
        return tuple(box.text() for box in self._accessories if box.isChecked())

    def next_person(self) -> None:
        """Forget the person, keep where they come from: a group arrives together."""
        if not self.keep.isChecked():
            self.name.clear()
            self.consent.setChecked(False)


class ReturnForm(QFrame):
    """What did not come back with the laptop."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        layout = page.row(self, 1.0, 1.0)
        self._boxes = [QCheckBox(words) for words in accessories()]
        layout.addWidget(Flow(page.label(_("戻っていないもの"), "strong"), *self._boxes, spacing=1.0))

    def missing(self) -> tuple[str, ...]:
        return tuple(box.text() for box in self._boxes if box.isChecked())

    def next_person(self) -> None:
        for box in self._boxes:
            box.setChecked(False)


def accessories() -> list[str]:
    """What goes with a laptop."""
    return [_("電源アダプター"), _("マウス"), _("かばん")]
