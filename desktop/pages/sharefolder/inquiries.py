"""照会: the board of each inquiry, fed by its folders; collating; a new one from a template."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QCheckBox, QComboBox, QProgressBar, QWidget

from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _
from desktop.pages.services import Services
from desktop.pages.sharefolder.answer_form import AnswerForm
from desktop.pages.sharefolder.ask import Ask
from desktop.pages.sharefolder.following import Following
from desktop.pages.sharefolder.inquiry_acts import InquiryActs
from desktop.pages.sharefolder.inquiry_words import (
    answered,
    board_words,
    count_words,
    doubt_row,
    reading_row,
)
from desktop.pages.sharefolder.new_inquiry import NewInquiry
from desktop.pages.sharefolder.of_share import OfShare
from desktop.pages.sharefolder.one_of import OneOf
from desktop.ui import page, theme
from desktop.ui.buttons import button, icon_button
from desktop.ui.widgets.empty import Empty
from desktop.ui.widgets.flow import Flow
from desktop.ui.widgets.table import Table
from sharefolder.inquiry.model import Inquiry, Reading
from sharefolder.service import ShareChanged


class Inquiries(OfShare):
    """One inquiry at a time; a section's doubts beside its row. ``place``: the share that is shown now."""

    def __init__(self, services: Services, place: Callable[[], str], add_place: Callable[[], object]) -> None:
        super().__init__(services, place, add_place)
        self._led_to = ""  # the folder of the inquiry to show as soon as it is read
        self._found: list[Inquiry] = []
        self.readings: list[Reading] = []
        whole = page.column(self, 0)
        self.new = NewInquiry(services, self._made, self._to_board)
        self._acts = InquiryActs(self, services)
        self._following = Following(self, services, self._again, tree=True)
        self._told: set[str] = set()
        self._board = self._build()
        self.nothing = Empty(
            "list-checks",
            _("照会はまだありません。"),
            _("Excelの様式を1つ選ぶと、各所属のフォルダに配り、回答を1つの表に集められます。"),
            button(_("照会を作る"), self._create, "primary", main=True),
        )
        self.answer = AnswerForm(services, self._to_board, self._to_board)
        services.bridge.subscribe(services.events, ShareChanged, self, self._changed)
        self.working = (self.new, self.answer)
        self.stack = OneOf(*self.apart, self._board, self.nothing, *self.working)
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
        self.over = QCheckBox(_("終わったもの"))
        self.over.toggled.connect(lambda _on: self.read())
        line.add(self.over)
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
        self.csv = button(_("CSVで保存"), self._acts.collate_csv, icon="file-csv")
        self._changing = (
            button(_("画面で回答する"), self._acts.answer, icon="note"),
            button(_("催促の文を写す"), self._acts.remind, icon="copy"),
            button(_("催促をメールで送る"), self._acts.mail),
            button(_("期限を変える"), self._acts.extend),
            button(_("質問に答える"), self._acts.question),
        )
        self.end = button(_("照会を終える"), self._acts.close)
        layout.addWidget(Flow(self.collate, self.csv, *self._changing, self.end))
        self.ask = Ask()
        layout.addWidget(self.ask)
        self.questions = page.label("", wrap=True)
        layout.addWidget(self.questions)
        titles = [_("所属"), _("状態"), _("理由"), _("更新日時")]
        self.table = Table(_("所属ごとの状態"), titles, (5, 5, 9, 11), whole=(0, 1, 3))
        self.table.picked.connect(lambda _key: self._show_doubts())
        self.table.setMinimumHeight(theme.em(9))
        rest = _Rest()
        tables = page.column(rest, 0.75)
        tables.addWidget(self.table, 3)
        self.heading = page.label(_("確かめること"), "strong")
        titles = [_("所属"), _("セル"), _("書かれているもの"), _("理由"), _("読み方の案")]
        self.doubts = Table(_("確かめること"), titles, (5, 4, 8.5, 16, 8.5), whole=(0, 1, 3))
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
        """Every inquiry of the share (those under way, or those that are over), then the board of the chosen
        one."""
        if not self.place or self.stack.current() in (self.new, self.answer):
            return
        place, share, over = self.place, self._services.share, self.over.isChecked()

        def found(_report: object) -> tuple[list[Inquiry], list[SuiteError], bool]:
            office = share.office(place)
            every, broken = office.ended() if over else office.inquiries()
            return every, broken, bool(every) or over or bool(office.ended()[0])

        self.take(_("照会"), found, lambda got: self._show(over, *got), lane="share-inquiry")

    def _show(self, over: bool, found: list[Inquiry], broken: list[SuiteError], some: bool) -> None:
        """``some``: there are any at all, be they over."""
        if over != self.over.isChecked():
            return
        for error in broken:
            if error.what + error.why not in self._told:  # once is enough: it is read again and again
                self._told.add(error.what + error.why)
                self._services.notices.error(error)
        self._offer(found)
        if self.stack.current() not in (self.new, self.answer):  # begun meanwhile: nobody is sent away
            self.stack.choose(self._board if some else self.nothing)
        if found:
            self._read_board()
        else:
            self._show_none(over)

    def _offer(self, found: list[Inquiry]) -> None:
        """In the box, which keeps what is chosen in it, and stays open if it is."""
        was, wanted, self._led_to = self.inquiry(), self._led_to, ""
        chosen = wanted or (was.folder if was is not None else "")
        if [each.folder for each in found] != [each.folder for each in self._found]:
            self.which.clear()
            self.which.addItems([inquiry.title for inquiry in found])
            number = next((n for n, each in enumerate(found) if each.folder == chosen), 0)
            self.which.setCurrentIndex(number if found else -1)
        else:
            for number, each in enumerate(found):
                if each.folder == wanted:
                    self.which.setCurrentIndex(number)
        self._found = found

    def _show_none(self, over: bool) -> None:
        self._enable(None)
        self.readings = []
        none = _("終わった照会はまだありません。") if over else _("いま動いている照会はありません。")
        self.sentence.setText(none)
        for label in (self.counts, self.questions):
            label.clear()
        self.bar.setValue(0)
        self.table.put([])
        self._show_doubts()

    def _enable(self, inquiry: Inquiry | None) -> None:
        for each in (self.collate, self.csv):
            each.setEnabled(inquiry is not None)
        for each in (*self._changing, self.end):
            each.setEnabled(inquiry is not None and not inquiry.closed)

    def _changed(self, change: ShareChanged) -> None:
        """Something in the followed inquiry's folders: its board says so by itself."""
        inquiry = self.inquiry()
        if inquiry is not None and change.place == self.place and _within(change.folder, inquiry.folder):
            self._following.told()

    def _again(self) -> None:
        if self.isVisible():
            self.read()

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
            self._following.follow(place, inquiry.folder)
            self._services.bridge.run(
                self,
                _("回答の状況"),
                lambda report: share.office(place).board(inquiry, report),
                lambda readings: self.show_board(inquiry, readings),
                lane="share-inquiry",
            )

    def show_board(self, inquiry: Inquiry, readings: list[Reading]) -> None:
        """Where each section stood when ``readings`` were taken."""
        if inquiry != self.inquiry():
            return
        self.readings = readings
        self.sentence.setText(board_words(inquiry, readings, datetime.now(TOKYO).date()))
        self._enable(inquiry)
        said = [
            _("問 {question}　答 {answer}").format(question=q, answer=a) for _d, q, a in inquiry.questions
        ]
        self.questions.setText("\n".join(said))
        self.questions.setVisible(bool(said))
        self.bar.setRange(0, max(1, len(readings)))
        self.bar.setValue(answered(readings))
        self.counts.setText(count_words(readings))
        self.table.put([(r.section, reading_row(r)) for r in readings])
        self._show_doubts()

    def _show_doubts(self) -> None:
        chosen = self.table.key()
        every = [d for r in self.readings for d in r.doubts if chosen is None or r.section == chosen]
        if not every:
            every = [d for r in self.readings for d in r.doubts]
        self.doubts.put([(number, doubt_row(doubt)) for number, doubt in enumerate(every)])
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


def _within(folder: str, of: str) -> bool:
    return folder == of or folder.startswith(f"{of}/")


class _Rest(QWidget):
    """Takes the height that is left, and asks for no more than it must have."""

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.minimumSizeHint().height())
