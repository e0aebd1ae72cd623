"""回答: an inquiry's form filled in on the screen; what is typed is a draft here until it is saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QWidget

from core.errors import SuiteError
from core.i18n import _
from core.wareki import format_date
from desktop.pages.services import Services
from desktop.pages.sharefolder.answer_field import AnswerField
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.flow import Flow
from sharefolder.documents.filling import Cell
from sharefolder.inquiry import fields
from sharefolder.inquiry.fields import Group, Place
from sharefolder.inquiry.model import Inquiry
from sharefolder.inquiry.reply import Sheet

_PAUSE_MS = 400  # after the last key the draft is written down
_ACROSS = 3


class AnswerForm(QWidget):
    """``handed_in`` is called once the workbook lies in the folder; ``back``: nothing is written."""

    def __init__(
        self, services: Services, handed_in: Callable[[], object], back: Callable[[], object]
    ) -> None:
        super().__init__()
        self._services, self._handed_in = services, handed_in
        self._place, self._section, self._rows = "", "", 1
        self._inquiry: Inquiry | None = None
        self._sheet: Sheet | None = None
        self._groups: list[Group] = []
        self._fields: dict[Place, AnswerField] = {}
        inside = QWidget()
        layout = page.column(inside, 0.9)
        self.heading, self.about = page.label("", "section", wrap=True), page.label("", "muted", wrap=True)
        self._form = QWidget()
        self._cards = page.column(self._form, 0.75)
        self.more = button(_("行を増やす"), self._add_row, icon="plus")
        self.save = button(_("回答を保存"), self.hand_in, "primary", main=True)
        self._drop = button(_("下書きを捨てる"), self._drop_draft)
        self.kept = page.label("", "caption", wrap=True)
        for widget in (self.heading, self.about):
            layout.addWidget(widget)
        layout.addWidget(self._form)
        layout.addWidget(Flow(self.more))
        layout.addWidget(Flow(self.save, button(_("あとで続ける"), back), self._drop))
        layout.addWidget(self.kept)
        layout.addStretch()
        inside.setMaximumWidth(theme.em(60))
        page.column(self, 0).addWidget(inside)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_PAUSE_MS)
        self._wait.timeout.connect(self._keep)

    def begin(self, place: str, inquiry: Inquiry, section: str) -> None:
        """What ``section`` has answered up to now, and its draft over it."""
        self._place, self._inquiry, self._section, self._sheet = place, inquiry, section, None
        self.heading.setText(_("{section} の回答").format(section=section))
        due = _("期限 {due}").format(due=format_date(inquiry.due))
        self.about.setText("　".join(filter(None, (inquiry.title, due, inquiry.notes))))
        self.kept.setText(_("回答のブックを見ています…"))
        self._clear()
        share = self._services.share

        def opened(_report: object) -> tuple[Sheet, dict[Place, str]]:
            return share.reply(place).open(inquiry, section), share.drafts(place).load(inquiry, section)

        self._services.bridge.run(
            self,
            _("回答"),
            opened,
            lambda both: self._show(inquiry, section, *both),
            self._cannot,
            lane="share-inquiry",
        )

    def _cannot(self, error: SuiteError) -> None:
        self.kept.setText(f"{error.what}{error.why}{error.next_step}")
        self._services.notices.error(error)

    def _show(self, inquiry: Inquiry, section: str, sheet: Sheet, draft: dict[Place, str]) -> None:
        if (inquiry, section) != (self._inquiry, self._section):
            return
        self._sheet = sheet
        texts = sheet.texts | draft
        below = [row - inquiry.form.header_row for (row, _column), text in texts.items() if text]
        self._rows = min(fields.MAX_ROWS, max([1, *below]))
        try:
            self._groups = fields.groups(inquiry, self._rows)
        except SuiteError as error:
            self._cannot(error)
            return
        self.more.setVisible(inquiry.form.last_row is None)
        self.kept.setText(_("下書きの続きです。") if draft else "")
        self._drop.setVisible(bool(draft))
        self.save.setEnabled(True)
        self._build(iter(self._groups), texts, first=True)

    def _build(self, left: Iterator[Group], texts: dict[Place, str], first: bool = False) -> None:
        """One card at a time, so that a long form never holds up the window."""
        group = next(left, None)
        if group is None or self._sheet is None:
            return
        self._add_card(group, texts)
        if first:
            next(iter(self._fields.values())).edit.setFocus(Qt.FocusReason.OtherFocusReason)
        QTimer.singleShot(0, self, partial(self._build, left, texts))

    def _add_card(self, group: Group, texts: dict[Place, str]) -> None:
        card, inside = page.card(margin=0.9)
        inside.addWidget(page.label(group.heading, "strong", wrap=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.em(0.8))
        before = next(reversed(self._fields.values()), None)
        for number, field in enumerate(group.fields):
            made = AnswerField(field, group.heading, texts.get(field.place, ""), self._wait.start)
            self._fields[field.place] = made
            grid.addWidget(made, number // _ACROSS, number % _ACROSS)
        for column in range(_ACROSS):
            grid.setColumnStretch(column, 1)
        inside.addLayout(grid)
        self._cards.addWidget(card)
        page.in_order(card if before else self._form, before and before.edit)

    def _clear(self) -> None:
        page.clear(self._cards)
        self._fields, self._groups = {}, []
        self.more.hide()
        self._drop.hide()
        self.save.setEnabled(False)

    def _add_row(self) -> None:
        if self._inquiry is None or self._rows >= fields.MAX_ROWS:
            return
        self._rows += 1
        self._groups = fields.groups(self._inquiry, self._rows)
        self._add_card(self._groups[-1], {})
        first = self._groups[-1].fields[0]
        self._fields[first.place].edit.setFocus(Qt.FocusReason.OtherFocusReason)

    # keeping

    def values(self) -> dict[Place, str]:
        """What is typed now."""
        return {place: field.text() for place, field in self._fields.items()}

    def _keep(self) -> None:
        """The draft, on this terminal's disk."""
        inquiry, section, values, share = self._inquiry, self._section, self.values(), self._services.share
        if inquiry is None or self._sheet is None:
            return
        place, sheet = self._place, self._sheet
        changed = {p: text for p, text in values.items() if text != sheet.texts.get(p, "")}

        def kept(_nothing: object) -> None:
            self.kept.setText(_("下書きをこの端末に残しました。"))
            self._drop.show()

        self._services.bridge.run(
            self,
            _("下書き"),
            lambda _r: share.drafts(place).keep(inquiry, section, changed),
            kept,
            lane="share-draft",
        )

    def _drop_draft(self) -> None:
        inquiry, section, place, share = self._inquiry, self._section, self._place, self._services.share
        if inquiry is not None:
            self._wait.stop()
            self._services.bridge.run(
                self,
                _("下書き"),
                lambda _r: share.drafts(place).drop(inquiry, section),
                lambda _n: self.begin(place, inquiry, section),
                lane="share-draft",
            )

    def hand_in(self) -> None:
        """Everything that was typed, looked at first."""
        inquiry, sheet = self._inquiry, self._sheet
        if inquiry is None or sheet is None:
            return
        gaps = set(fields.missing(self._groups, self.values(), inquiry.form))
        cells: list[Cell] = []
        wrong: list[AnswerField] = []
        for place, field in self._fields.items():
            cell = field.look(place in gaps)
            if cell is None:
                wrong.append(field)
            elif not sheet.holds(cell):
                cells.append(cell)
        if wrong:
            said = _("直すところが {count} か所あります。").format(count=len(wrong))
            self._services.notices.warning(said)
            announce(self, said, urgent=True)
            wrong[0].edit.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not cells:
            self._services.notices.info(_("変わったところがありません。"))
        else:
            self._write(inquiry, sheet, cells)

    def _write(self, inquiry: Inquiry, sheet: Sheet, cells: list[Cell]) -> None:
        place, section, share = self._place, self._section, self._services.share
        self._keep()

        def done(_nothing: object) -> None:
            self._wait.stop()
            words = _("{section} の回答を保存しました。").format(section=section)
            self._services.notices.success(words)
            self._handed_in()

        def work(report: object) -> None:
            share.reply(place).hand_in(inquiry, section, sheet, cells, report)  # type: ignore[arg-type]
            share.drafts(place).drop(inquiry, section)

        self.save.setEnabled(False)
        self._services.bridge.run(
            self,
            _("回答を保存"),
            work,
            done,
            ended=lambda: self.save.setEnabled(True),
            lane="share-draft",
            card=True,
        )
