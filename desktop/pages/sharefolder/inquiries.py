"""照会: the board of each inquiry, fed by its folders; collating; a new one from a template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QComboBox, QProgressBar, QWidget

from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _
from core.wareki import format_date, format_datetime
from desktop.pages.services import Services
from desktop.pages.sharefolder.answer_form import AnswerForm
from desktop.pages.sharefolder.ask import Ask
from desktop.pages.sharefolder.inquiry_acts import InquiryActs
from desktop.pages.sharefolder.new_inquiry import NewInquiry
from desktop.pages.sharefolder.of_share import OfShare
from desktop.pages.sharefolder.one_of import OneOf
from desktop.pages.sharefolder.words import state_words
from desktop.ui import page, theme
from desktop.ui.buttons import button, icon_button
from desktop.ui.widgets.empty import Empty
from desktop.ui.widgets.flow import Flow
from desktop.ui.widgets.table import Table
from sharefolder.inquiry.model import MISSING, Doubt, Inquiry, Reading, State


class Inquiries(OfShare):
    """One inquiry at a time; a section's doubts beside its row. ``place``: the share that is shown now."""

    def __init__(self, services: Services, place: Callable[[], str]) -> None:
        super().__init__(services, place)
        self._led_to = ""  # the folder of the inquiry to show as soon as it is read
        self._found: list[Inquiry] = []
        self.readings: list[Reading] = []
        whole = page.column(self, 0)
        self.new = NewInquiry(services, self._made, self._to_board)
        self._acts = InquiryActs(self, services)
        self._board = self._build()
        self.nothing = Empty(
            "list-checks",
            _("照会はまだありません。"),
            _("Excelの様式を1つ選ぶと、各所属のフォルダに配り、回答を1つの表に集められます。"),
            button(_("照会を作る"), self._create, "primary", main=True),
        )
        self.answer = AnswerForm(services, self._to_board, self._to_board)
        self.stack = OneOf(self._board, self.nothing, self.new, self.answer)
        whole.addWidget(self.stack, 1)

    def _build(self) -> QWidget:
        board = QWidget()
        layout = page.column(board, 0.75)
        line = page.Across(36, 0.6)
        self.which = QComboBox()
        self.which.setAccessibleName(_("照会を選ぶ"))
        self.which.setMinimumWidth(theme.em(14))
        self.which.activated.connect(lambda _index: self._read_board())
        self.which.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        line.add(self.which, 1)
        again = icon_button(_("読み直す"), "arrow-counter-clockwise", self.read)
        line.add(Flow(button(_("照会を作る"), self._create, icon="plus"), again))
        layout.addWidget(line)
        frame, inside = page.card(margin=1.0)
        self.sentence = page.label("", "strong", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("回答した所属"))
        self.counts = page.label("", "muted", wrap=True)
        for widget in (self.sentence, self.bar, self.counts):
            inside.addWidget(widget)
        layout.addWidget(frame)
        self.collate = button(_("集計する"), self._acts.collate, "primary", "export")
        self.end = button(_("照会を終える"), self._acts.close)
        layout.addWidget(
            Flow(
                self.collate,
                button(_("CSVで保存"), self._acts.collate_csv, icon="file-csv"),
                button(_("画面で回答する"), self._acts.answer, icon="note"),
                button(_("催促の文を写す"), self._acts.remind, icon="copy"),
                button(_("期限を変える"), self._acts.extend),
                button(_("質問に答える"), self._acts.question),
                self.end,
            )
        )
        self.ask = Ask()
        layout.addWidget(self.ask)
        self.questions = page.label("", wrap=True)
        layout.addWidget(self.questions)
        titles = [_("所属"), _("状態"), _("理由"), _("更新日時")]
        self.table = Table(_("所属ごとの状態"), titles, (5.5, 5, 14.3, 11.2))
        self.table.picked.connect(lambda _key: self._show_doubts())
        self.table.setMinimumHeight(theme.em(9))
        rest = _Rest()
        tables = page.column(rest, 0.75)
        tables.addWidget(self.table, 3)
        self.heading = page.label(_("確かめること"), "strong")
        titles = [_("所属"), _("セル"), _("書かれているもの"), _("理由"), _("読み方の案")]
        self.doubts = Table(_("確かめること"), titles, (8, 4, 10, 16, 8))
        tables.addWidget(self.heading)
        self.doubts.setMinimumHeight(theme.em(7))
        tables.addWidget(self.doubts, 2)
        layout.addWidget(rest, 1)
        return board

    def wanted(self) -> str:
        return self.place if self._led_to else super().wanted()

    def lead(self, place: str, folder: str) -> None:
        """The inquiry in ``folder`` is shown as soon as it has been read."""
        self.place, self._led_to = place, folder
        if self.isVisible():
            self.read()

    # reading

    def read(self) -> None:
        """Every inquiry of the share, then the board of the chosen one."""
        if not self.place or self.stack.current() in (self.new, self.answer):
            return
        place, share = self.place, self._services.share
        self._services.bridge.run(
            self, _("照会"), lambda _r: share.office(place).inquiries(), self._show, lane="share-inquiry"
        )

    def _show(self, result: tuple[list[Inquiry], list[SuiteError]]) -> None:
        found, broken = result
        for error in broken[:1]:
            self._services.notices.error(error)
        chosen = self.which.currentText()
        self._found = found
        self.which.clear()
        self.which.addItems([inquiry.title for inquiry in found])
        if self.which.findText(chosen) >= 0:
            self.which.setCurrentText(chosen)
        wanted, self._led_to = self._led_to, ""
        for number, inquiry in enumerate(found):
            if inquiry.folder == wanted:
                self.which.setCurrentIndex(number)
        if self.stack.current() not in (self.new, self.answer):  # begun meanwhile: nobody is sent away
            self.stack.choose(self._board if found else self.nothing)
        if found:
            self._read_board()

    def _to_board(self) -> None:
        self.stack.choose(self._board)
        self.read()

    def inquiry(self) -> Inquiry | None:
        """The chosen one."""
        index = self.which.currentIndex()
        return self._found[index] if 0 <= index < len(self._found) else None

    def _read_board(self) -> None:
        inquiry, place, share = self.inquiry(), self.place, self._services.share
        if inquiry is not None:
            self._services.bridge.run(
                self,
                _("回答の状況"),
                lambda report: share.office(place).board(inquiry, report),
                lambda readings: self._show_board(inquiry, readings),
                lane="share-inquiry",
            )

    def _show_board(self, inquiry: Inquiry, readings: list[Reading]) -> None:
        if inquiry != self.inquiry():
            return
        self.readings = readings
        count = Counter(reading.state for reading in readings)
        answered = len(readings) - sum(count[state] for state in MISSING)
        left = (inquiry.due - date.today()).days
        due = _("期限 {due}").format(due=format_date(inquiry.due))
        rest = (
            _("（あと{days}日）").format(days=left)
            if left >= 0
            else _("（{days}日過ぎました）").format(days=-left)
        )
        done = _("{answered} / {all} 所属が出しました。").format(answered=answered, all=len(readings))
        closed = _("この照会は終わっています。") if inquiry.closed else ""
        self.sentence.setText(f"{done}　{due}{rest}{closed}")
        self.end.setEnabled(not inquiry.closed)
        said = [
            _("問 {question}　答 {answer}").format(question=q, answer=a) for _d, q, a in inquiry.questions
        ]
        self.questions.setText("\n".join(said))
        self.questions.setVisible(bool(said))
        self.bar.setRange(0, max(1, len(readings)))
        self.bar.setValue(answered)
        self.counts.setText("　".join(f"{state_words(s)} {count[s]}" for s in State if count[s]))
        self.table.put([(r.section, _row(r)) for r in readings])
        self._show_doubts()

    def _show_doubts(self) -> None:
        chosen = self.table.key()
        every = [d for r in self.readings for d in r.doubts if chosen is None or r.section == chosen]
        if not every:
            every = [d for r in self.readings for d in r.doubts]
        self.doubts.put([(number, _doubt_row(doubt)) for number, doubt in enumerate(every)])
        self.heading.setText(_("確かめること（{count} 件）").format(count=len(every)))

    # doing

    def _create(self) -> None:
        self.new.begin(self.place)
        self.stack.choose(self.new)

    def _made(self, inquiry: Inquiry) -> None:
        self._services.notices.success(
            _("「{title}」を {count} 所属に配りました。").format(
                title=inquiry.title, count=len(inquiry.sections)
            )
        )
        open_ = len(inquiry.sections) - len(inquiry.guarded)
        if open_:
            self._services.notices.warning(
                _("{count} 所属の回答フォルダは、共有と同じ権利のままです。").format(count=open_),
                _("所属と同じ名前のフォルダが共有にないか、このサーバが権利の一覧を持っていません。"),
            )
        self.stack.choose(self._board)
        self.read()


class _Rest(QWidget):
    """Takes the height that is left, and asks for no more than it must have."""

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.minimumSizeHint().height())


def _row(reading: Reading) -> tuple[str, ...]:
    when = format_datetime(reading.changed.astimezone(TOKYO)) if reading.changed is not None else ""
    more = len(reading.doubts) - 1
    rest = _("（ほか {count} 件）").format(count=more) if more > 0 else ""
    return reading.section, state_words(reading.state), reading.reason + rest, when


def _doubt_row(doubt: Doubt) -> tuple[str, ...]:
    return doubt.section, doubt.cell, doubt.raw, doubt.why, doubt.proposal
