"""What is known of a specification, to be filled in: for a new one or for one that is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QWidget

from core.clock import TOKYO
from core.i18n import _
from core.wareki import format_fiscal_year
from desktop.pages.files import ask_open
from desktop.ui import page, theme
from desktop.ui.buttons import button
from desktop.ui.search import LineEdit
from desktop.ui.widgets.fields import labelled, line_edit
from sharefolder.library.shelf import field_words

_YEARS = 20
KINDS = ("業務委託", "システム開発", "システム保守", "物品購入", "賃貸借", "工事", "印刷", "調査")
"""Offered; any other word may be written. Kept as written, so they are not translated."""


class SpecificationForm(QWidget):
    """``keep`` gets the title, the fields and the local file (None: what was chosen in the share)."""

    def __init__(
        self,
        keep: Callable[[str, dict[str, str], Path | None], object],
        back: Callable[[], object],
    ) -> None:
        super().__init__()
        self._keep = keep
        self._file: Path | None = None
        self._offered = ""  # the name of what was chosen in the share
        inside = QWidget()
        layout = page.column(inside, 0.8)
        self.heading = page.label("", "section")
        layout.addWidget(self.heading)
        self.title = line_edit(_("仕様書の題名"), limit=80)
        self._title = labelled(_("仕様書の題名"), self.title)
        self.file_words = page.label("", wrap=True)
        self._source = page.Across(26, 0.6)
        self._source.add(button(_("この端末のファイルを選ぶ"), self._choose, icon="file"))
        self._source.add(self.file_words, 1)
        layout.addWidget(self._source)
        layout.addWidget(self._title)
        self.system, self.department = line_edit(field_words("system")), line_edit(field_words("department"))
        self.note = line_edit(field_words("note"), limit=1_000)
        self.year, self.kind = QComboBox(), QComboBox()
        self.kind.setEditable(True)
        this = datetime.now(TOKYO).year
        self.year.addItem(_("決まっていない"), "")
        for year in range(this + 1, this - _YEARS, -1):
            self.year.addItem(format_fiscal_year(year), str(year))
        self.kind.addItems(["", *KINDS])
        line = self.kind.lineEdit()
        if line is not None:
            line.setMaxLength(100)
            line.setAccessibleName(field_words("kind"))
        layout.addWidget(labelled(field_words("system"), self.system, _("例: 道路台帳システム")))
        self.others = page.label("", "strong", wrap=True)
        layout.insertWidget(1, self.others)
        across = page.Across(26, 0.8)
        across.add(labelled(field_words("year"), self.year), 1)
        across.add(labelled(field_words("kind"), self.kind), 1)
        layout.addWidget(across)
        layout.addWidget(labelled(field_words("department"), self.department))
        layout.addWidget(labelled(field_words("note"), self.note))
        foot = page.row(spacing=0.6)
        self.done = button(_("ライブラリに載せる"), self._finish, "primary", main=True)
        foot.addWidget(self.done)
        foot.addWidget(button(_("やめる"), back))
        foot.addStretch()
        layout.addLayout(foot)
        layout.addStretch()
        inside.setMaximumWidth(theme.em(page.READING_WIDTH))
        page.column(self, 0).addWidget(inside)

    def begin(self, title: str, values: Mapping[str, str], offered: str | None, others: str = "") -> None:
        """``offered``: for a new one, the file chosen in the share or empty; None: its documents stay.
        ``others``: what else was written at the same time: whoever saves has seen it."""
        self.others.setText(others)
        self.others.setVisible(bool(others))
        new = offered is not None
        self._file, self._offered = None, offered or ""
        self.heading.setText(_("仕様書を載せる") if new else _("「{title}」の情報を直す").format(title=title))
        self.done.setText(_("ライブラリに載せる") if new else _("情報を保存"))
        self._title.setVisible(new)
        self._source.setVisible(new)
        self.title.setText(title)
        chosen = _("共有の「{name}」").format(name=self._offered) if self._offered else ""
        self.file_words.setText(chosen or _("まだ選んでいません。"))
        for field, edit in self._edits().items():
            edit.setText(values.get(field, ""))
        self.year.setCurrentIndex(max(0, self.year.findData(values.get("year", ""))))
        self.kind.setCurrentText(values.get("kind", ""))
        (self.title if new else self.system).setFocus(Qt.FocusReason.OtherFocusReason)

    def use(self, file: Path) -> None:
        """Take a local file."""
        self._file = file
        self.file_words.setText(file.name)
        if not self.title.text():
            self.title.setText(file.stem[:80])

    def values(self) -> dict[str, str]:
        """What stands in the fields."""
        made = {field: edit.text().strip() for field, edit in self._edits().items()}
        year, kind = str(self.year.currentData() or ""), self.kind.currentText().strip()
        return made | {"year": year, "kind": kind}

    def _edits(self) -> dict[str, LineEdit]:
        return {"system": self.system, "department": self.department, "note": self.note}

    def _choose(self) -> None:
        path = ask_open(self, "*")
        if path is not None:
            self.use(path)

    def _finish(self) -> None:
        self._keep(self.title.text().strip(), self.values(), self._file)
