"""回答: an inquiry's form filled in on the screen; what is typed is a draft here until it is saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget

from core.errors import SuiteError
from core.i18n import _, sentences
from core.jobs import Report
from core.wareki import format_date
from desktop.pages.services import Services
from desktop.pages.sharefolder.answer_field import AnswerField
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.flow import Flow
from sharefolder.documents.filling import Cell
from sharefolder.inquiry import fields
from sharefolder.inquiry.drafts import Draft, Resumed, drafted
from sharefolder.inquiry.fields import Group, Place
from sharefolder.inquiry.model import Inquiry
from sharefolder.inquiry.reply import CHANGED, Sheet

_PAUSE_MS = 400  # after the last key the draft is written down
_ACROSS, _NARROW = 3, 32  # fields, em


class AnswerForm(QWidget):
    """``handed_in`` is called once the workbook lies in the folder; ``back``: nothing is written; ``ask``:
    the same, with a question in mind."""

    def __init__(
        self,
        services: Services,
        handed_in: Callable[[], object],
        back: Callable[[], object],
        ask: Callable[[], object],
    ) -> None:
        super().__init__()
        self._services, self._handed_in = services, handed_in
        self._place, self._section, self._rows = "", "", 1
        self._inquiry: Inquiry | None = None
        self._sheet: Sheet | None = None
        self._texts: dict[Place, str] = {}  # of fields that are not built yet, too
        self._groups: list[Group] = []
        self._fields: dict[Place, AnswerField] = {}
        self._aside: dict[Place, str] = {}
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
        self.ask = button(_("質問する"), ask)
        layout.addWidget(Flow(self.save, button(_("あとで続ける"), back), self.ask, self._drop))
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
        if self._wait.isActive():  # of another section, or of this one
            self._keep()
        self._place, self._inquiry, self._section, self._sheet = place, inquiry, section, None
        self.heading.setText(_("{section} の回答").format(section=section))
        due = _("期限 {due}").format(due=format_date(inquiry.due))
        self.about.setText("　".join(filter(None, (inquiry.title, due, inquiry.notes))))
        self.kept.setText(_("回答のブックを見ています…"))
        session = self._services.auth.session
        self.ask.setVisible(session is not None and session.person.section == section)
        self._clear()
        share = self._services.share

        def opened(_report: object) -> tuple[Sheet, Resumed, bool]:
            sheet = share.reply(place).open(inquiry, section)
            return sheet, *share.drafts(place).resume(inquiry, section, sheet)

        self._services.bridge.run(
            self,
            _("回答"),
            opened,
            lambda found: self._show(inquiry, section, *found),
            self._cannot,
            lane="share-draft",  # after what is still being written down
        )

    def _cannot(self, error: SuiteError) -> None:
        self.kept.setText(sentences(error.what, error.why, error.next_step))
        self._services.notices.error(error)

    def _show(self, inquiry: Inquiry, section: str, sheet: Sheet, draft: Resumed, arrived: bool) -> None:
        if (inquiry, section) != (self._inquiry, self._section):
            return
        texts = sheet.texts | draft.over
        below = [row - inquiry.form.first + 1 for (row, _column), text in texts.items() if text]
        self._rows = min(fields.MAX_ROWS, max([1, *below]))
        try:
            self._groups = fields.groups(inquiry, self._rows)
        except SuiteError as error:
            self._cannot(error)
            return
        self._sheet, self._texts, self._aside = sheet, texts, draft.aside
        self.more.setVisible(fields.open_ended(inquiry.form))
        self.kept.setText(_going_on(draft, arrived))
        self._drop.setVisible(bool(draft.over or draft.aside))
        self._build(iter(self._groups), first=True)

    def _build(self, left: Iterator[Group], first: bool = False) -> None:
        """One card at a time, so that a long form never holds up the window."""
        if self._sheet is None:
            return
        if (group := next(left, None)) is None:
            self.save.setEnabled(True)  # now everything that is to be handed in stands before one's eyes
            return
        self._add_card(group)
        if first:
            next(iter(self._fields.values())).edit.setFocus(Qt.FocusReason.OtherFocusReason)
        QTimer.singleShot(0, self, partial(self._build, left))

    def _add_card(self, group: Group) -> None:
        card, inside = page.card(margin=0.9)
        inside.addWidget(page.label(group.heading, "strong", wrap=True))
        before = next(reversed(self._fields.values()), None)
        for start in range(0, len(group.fields), _ACROSS):
            line = page.Across(_NARROW, 0.8)
            for field in group.fields[start : start + _ACROSS]:
                text, aside = self._texts.get(field.place, ""), self._aside.get(field.place)
                made = AnswerField(field, group.heading, text, self._wait.start, aside)
                self._fields[field.place] = made
                line.add(made, 1)
            for _missing in range(start + _ACROSS - len(group.fields)):
                line.add(QWidget(), 1)  # fields stand below each other
            inside.addWidget(line)
        self._cards.addWidget(card)
        page.in_order(card if before else self._form, before and before.edit)

    def _clear(self) -> None:
        page.clear(self._cards)
        self._fields, self._groups, self._texts, self._aside = {}, [], {}, {}
        self.more.hide()
        self._drop.hide()
        self.save.setEnabled(False)

    def _add_row(self) -> None:
        if self._inquiry is None or self._rows >= fields.MAX_ROWS:
            return
        self._rows += 1
        self._groups = fields.groups(self._inquiry, self._rows)
        self._add_card(self._groups[-1])
        first = self._groups[-1].fields[0]
        self._fields[first.place].edit.setFocus(Qt.FocusReason.OtherFocusReason)

    # keeping

    def values(self) -> dict[Place, str]:
        """What is typed now."""
        return {place: field.text() for place, field in self._fields.items()}

    def _draft(self, sheet: Sheet) -> Draft:
        aside = {place: text for place, text in self._aside.items() if self._undecided(place)}
        return drafted(sheet, self._texts | self.values(), aside)

    def _undecided(self, place: Place) -> bool:
        return place not in self._fields or self._fields[place].undecided

    def _keep(self) -> None:
        """The draft, on this terminal's disk."""
        inquiry, section, sheet, share = self._inquiry, self._section, self._sheet, self._services.share
        self._wait.stop()
        if inquiry is None or sheet is None:
            return
        place, draft = self._place, self._draft(sheet)

        def kept(_nothing: object) -> None:
            if sheet is self._sheet:
                self.kept.setText(_("下書きをこの端末に残しました。"))
                self._drop.show()

        self._services.bridge.run(
            self,
            _("下書き"),
            lambda _r: share.drafts(place).keep(inquiry, section, draft),
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
        self._wait.stop()
        draft = self._draft(sheet)

        def done(_nothing: object) -> None:
            words = _("{section} の回答を保存しました。").format(section=section)
            self._services.notices.success(words)
            self._handed_in()

        def work(report: Report) -> None:
            drafts, reply = share.drafts(place), share.reply(place)
            drafts.hand_in(reply, inquiry, section, sheet, cells, draft, report)

        def failed(error: SuiteError) -> None:
            self._services.notices.error(error)
            if error.code == CHANGED:  # what a colleague has written, and the draft over it
                self.begin(place, inquiry, section)

        self._lock(True)
        self._services.bridge.run(
            self,
            _("回答を保存"),
            work,
            done,
            failed,
            ended=lambda: self._lock(False),
            lane="share-draft",
            card=True,
        )

    def _lock(self, writing: bool) -> None:
        """While it is being written nothing changes: what was typed meanwhile would be in no workbook."""
        self._form.setEnabled(not writing)
        self.more.setEnabled(not writing)
        self.save.setEnabled(not writing and bool(self._fields))


def _going_on(draft: Resumed, arrived: bool) -> str:
    """What has become of the draft."""
    if draft.aside:
        words = _(
            "下書きのあとに、回答のブックが {count} か所で変わりました。"
            "欄にはブックのとおりに出し、下書きはその下に添えています。"
        )
        return words.format(count=len(draft.aside))
    if draft.over:
        return _("下書きの続きです。")
    return _("前に保存した回答は、ブックに入っています。") if arrived else ""
