"""A new inquiry: the template first, then what its columns hold, to whom, until when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QWidget

from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _, sentences
from core.wareki import parse_date
from desktop.pages.files import ask_open
from desktop.pages.services import Services
from desktop.pages.sharefolder.ask import Ask
from desktop.pages.sharefolder.due_field import DueField, coming_holidays
from desktop.pages.sharefolder.form_rows import FormRows
from desktop.pages.sharefolder.known_sections import known_sections
from desktop.pages.sharefolder.section_pick import SectionPick
from desktop.ui import page, theme
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import labelled, line_edit
from sharefolder.inquiry.form import headings, with_kinds
from sharefolder.inquiry.layout import Layout
from sharefolder.inquiry.model import Form, Inquiry

_OLD = (".xls", ".xlsb")
"""Kinds that hide from us what makes one doubt an answer."""


class NewInquiry(QWidget):
    """``made`` gets the inquiry once every section has its copy."""

    def __init__(
        self, services: Services, made: Callable[[Inquiry], None], back: Callable[[], object]
    ) -> None:
        super().__init__()
        self._services, self._made = services, made
        self._place, self._template = "", Path()
        self.form: Form | None = None
        inside = QWidget()
        layout = page.column(inside, 0.9)
        layout.addWidget(page.label(_("照会を作る"), "section"))
        line = page.Across(30, 0.6)
        line.add(button(_("様式を選ぶ（Excel）"), self._choose, icon="file"))
        self.file = page.label(_("まだ選んでいません。"), "muted", wrap=True)
        line.add(self.file, 1)
        layout.addWidget(line)
        self.title = line_edit(_("照会の題名"), limit=80)
        self._due = DueField()
        self.due = self._due.edit
        self.sections = SectionPick()
        self.notes = line_edit(_("回答する人への説明"), limit=4_000)
        layout.addWidget(labelled(_("照会の題名"), self.title))
        layout.addWidget(self._due)
        layout.addWidget(self.sections)
        layout.addWidget(labelled(_("回答する人への説明"), self.notes))
        self.rows = FormRows()
        self.rows.asked.connect(self._place_table)
        self.rows.turned.connect(lambda sheet: self._place_table(None, sheet))
        self._where = QWidget()
        where = page.column(self._where, 0.5)
        where.addWidget(page.label(_("表の場所"), "strong"))
        hint = _("様式から見当を付けました。違うときは、シートか行の番号を直してください。")
        where.addWidget(page.label(hint, "caption", wrap=True))
        where.addWidget(self.rows)
        layout.addWidget(self._where)
        self.columns = QWidget()
        self._grid = QGridLayout(self.columns)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._kinds: dict[int, tuple[QComboBox, QCheckBox]] = {}
        layout.addWidget(page.label(_("欄に書くもの"), "strong"))
        hint = _("決めた種類と違うものは「要確認」に出ます。勝手に読み替えません。")
        layout.addWidget(page.label(hint, "caption", wrap=True))
        layout.addWidget(self.columns)
        self.ask = Ask()
        layout.addWidget(self.ask)
        foot = page.row(spacing=0.6)
        self.send = button(_("各所属に配る"), self._create, "primary", main=True)
        foot.addWidget(self.send)
        foot.addWidget(button(_("やめる"), back))
        foot.addStretch()
        layout.addLayout(foot)
        layout.addStretch()
        whole = page.column(self, 0)
        inside.setMaximumWidth(theme.em(page.READING_WIDTH))
        whole.addWidget(inside)

    def begin(self, place: str) -> None:
        """An empty form for ``place``."""
        self._place, self.form = place, None
        self.file.setText(_("まだ選んでいません。"))
        for field in (self.title, self.due, self.notes):
            field.clear()
        self.sections.begin()
        self.ask.end()
        self._where.hide()
        self._show_columns()
        services = self._services
        services.bridge.run(
            self,
            _("所属"),
            lambda _r: known_sections(services, place),
            lambda known: self.sections.offer(*known),
            lane="share-inquiry",
        )
        today = datetime.now(TOKYO).date()
        services.bridge.run(self, _("祝日"), lambda _r: coming_holidays(today), self._due.know)

    def use(self, template: Path) -> None:
        """Take ``template`` and show its columns."""
        self._template, self.form = template, None
        self._where.hide()
        self._show_columns()
        office = self._services.share.office(self._place)
        self._services.bridge.run(
            self, _("様式"), lambda _r: office.understand(template), self._understood, lane="share-inquiry"
        )

    def _choose(self) -> None:
        path = ask_open(self, "Excel (*.xlsx *.xlsm *.xls)")
        if path is not None:
            self.use(path)

    def _place_table(self, at: Layout | None, sheet: str = "") -> None:
        """The table lies elsewhere than was guessed."""
        template, office = self._template, self._services.share.office(self._place)
        sheet = sheet or self.rows.sheet.currentText()
        self._services.bridge.run(
            self,
            _("様式"),
            lambda _r: office.understand(template, at, sheet),
            self._understood,
            self._no_table,
            lane="share-inquiry",
        )

    def _no_table(self, error: SuiteError) -> None:
        """Said where the rows are chosen; nothing can be sent as long as it is so."""
        self.form = None
        self.rows.refuse(sentences(error.what, error.why))
        self._show_columns()

    def _understood(self, form: Form) -> None:
        self.form = form
        row, count = form.header_row + 1, len(form.columns)
        self.file.setText(
            _("{name}（シート「{sheet}」の {row} 行目に {count} の欄）").format(
                name=self._template.name, sheet=form.sheet, row=row, count=count
            )
        )
        if self._template.suffix.lower() in _OLD:
            old = _("古い形式の様式です。どの回答も「要確認」になります。.xlsx で保存し直してください。")
            self.file.setText(sentences(self.file.text(), old))
        self.rows.show_form(form)
        self._where.show()
        if not self.title.text():
            self.title.setText(self._template.stem[:80])
        self._show_columns()

    def _show_columns(self) -> None:
        before = {
            kind.accessibleName(): (kind.currentIndex(), must.isChecked())
            for kind, must in self._kinds.values()
        }
        page.clear(self._grid)
        self._kinds = {}
        options = (("text", _("文字")), ("number", _("数")), ("date", _("日付")))
        form = self.form
        names = headings(form) if form is not None else {}
        for row, column in enumerate(form.columns if form is not None else ()):
            name = names[column.index]
            kind = QComboBox()
            kind.setAccessibleName(_("「{name}」に書くもの").format(name=name))
            for value, words in options:
                kind.addItem(words, value)
            kind.setCurrentIndex(kind.findData(column.kind))
            must = QCheckBox(_("必ず書く"))
            must.setAccessibleName(_("「{name}」は必ず書く").format(name=name))
            if kind.accessibleName() in before:  # decided before the rows were corrected
                index, checked = before[kind.accessibleName()]
                kind.setCurrentIndex(index)
                must.setChecked(checked)
            self._grid.addWidget(page.label(name), row, 0, Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(kind, row, 1)
            self._grid.addWidget(must, row, 2)
            self._kinds[column.index] = (kind, must)
        self._grid.setColumnStretch(3, 1)
        page.in_order(self.columns)

    def _create(self) -> None:
        notices = self._services.notices
        sections = self.sections.chosen()
        form, title = self.form, self.title.text().strip()
        if form is None or not title or not sections:
            notices.warning(_("様式、題名、所属を入れてください。"))
            return
        try:
            due = parse_date(self.due.text())
        except SuiteError as error:
            notices.error(error)
            return
        kinds = {index: str(kind.currentData()) for index, (kind, _must) in self._kinds.items()}
        required = {index for index, (_kind, must) in self._kinds.items() if must.isChecked()}
        asked = with_kinds(form, kinds, required)
        self._give(title, asked, sections, due)

    def _give(self, title: str, form: Form, sections: list[str], due: date, closed_only: bool = True) -> None:
        """Asks before anybody gets a form, where others could open a folder of answers."""
        office, template, notes = self._services.share.office(self._place), self._template, self.notes.text()
        session = self._services.auth.session
        by = session.person.staff_number if session is not None else ""
        own = session.person.section if session is not None else ""

        def failed(error: SuiteError) -> None:
            if error.code != "SHARE-074":
                self._services.notices.error(error)
                return
            on = (_("このまま配る"), lambda: self._give(title, form, sections, due, closed_only=False))
            self.ask.choice(sentences(error.what, error.why, error.next_step), (on,), stays=True, risky=True)

        self.send.setEnabled(False)
        self._services.bridge.run(
            self,
            _("「{title}」を配る").format(title=title),
            lambda report: office.create(
                title, template, form, sections, due, report, notes, by, own, closed_only
            ),
            self._made,
            failed,
            ended=lambda: self.send.setEnabled(True),
            lane="share-inquiry",
            card=True,
        )
