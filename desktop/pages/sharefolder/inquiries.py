"""照会: the board of each inquiry, fed by its folders; collating; a new one from a template."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from core.errors import SuiteError
from core.i18n import _
from desktop.pages.services import Services
from desktop.pages.sharefolder.answer_form import AnswerForm
from desktop.pages.sharefolder.ask import Ask
from desktop.pages.sharefolder.following import Following
from desktop.pages.sharefolder.inquiry_acts import InquiryActs
from desktop.pages.sharefolder.inquiry_out import InquiryOut
from desktop.pages.sharefolder.inquiry_standing import Standing, answers_only
from desktop.pages.sharefolder.new_inquiry import NewInquiry
from desktop.pages.sharefolder.of_share import OfShare
from desktop.pages.sharefolder.one_of import OneOf
from desktop.ui import page, theme
from desktop.ui.buttons import button, icon_button
from desktop.ui.icons import set_icon
from desktop.ui.widgets.empty import Empty
from desktop.ui.widgets.flow import Flow
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
        self._acts, self._out = InquiryActs(self, services), InquiryOut(self, services)
        self._following = Following(self, services, self._again, tree=True)
        self._told: set[str] = set()
        self._begun = ("", "")  # the share and the inquiry of which something is shown
        self._standing = Standing()
        self.sentence, self.bar = self._standing.sentence, self._standing.bar
        self.table, self.doubts = self._standing.table, self._standing.doubts
        self._board = self._build()
        self.nothing = Empty(
            "list-checks",
            _("照会はまだありません。"),
            _("Excelの様式を1つ選ぶと、各所属のフォルダに配り、回答を1つの表に集められます。"),
            button(_("照会を作る"), self._create, "primary", main=True),
        )
        self.answer = AnswerForm(services, self._to_board, self._to_board, self._ask)
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
        layout.addWidget(self._standing.top)
        self.collate = button(_("集計する"), self._out.collate, "primary", "export")
        self.csv = button(_("CSVで保存"), self._out.collate_csv, icon="file-csv")
        self.reply = button(_("画面で回答する"), self._acts.answer, icon="note")
        self.question = button(_("質問する"), self._acts.ask)
        self.end = button(_("照会を終える"), self._acts.close)
        self.again = button(_("再開する"), self._acts.reopen)
        self._changing = (
            button(_("催促の文を写す"), self._out.remind, icon="copy"),
            button(_("催促をメールで送る"), self._out.mail),
            button(_("期限を変える"), self._acts.extend),
            button(_("質問に答える"), self._acts.question),
            self.end,
        )
        layout.addWidget(Flow(self.collate, self.csv, self.reply, self.question, *self._changing, self.again))
        self.ask = Ask()
        layout.addWidget(self.ask)
        layout.addWidget(self._standing.questions)
        layout.addWidget(self._standing.rest, 1)
        return board

    def wanted(self) -> str:
        return self.place if self._led_to else super().wanted()

    def lead(self, place: str, folder: str) -> None:
        """The inquiry in ``folder`` is shown as soon as it has been read."""
        self.place, self._led_to = place, folder
        if self.isVisible():
            self.read()

    def show_under_way(self, place: str, folder: str) -> None:
        """The inquiry in ``folder``, which is no longer over, if that share is shown."""
        if place == self.place:
            self._led_to = folder
            if self.over.isChecked():
                self.over.setChecked(False)  # reads
            else:
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
            self._tell_once(error)
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
        self.readings, self._begun = [], ("", "")
        none = _("終わった照会はまだありません。") if over else _("いま動いている照会はありません。")
        self._standing.nothing(none)

    def _enable(self, inquiry: Inquiry | None) -> None:
        for each in (self.collate, self.csv):
            each.setEnabled(inquiry is not None)
        for each in (self.reply, *self._changing):
            each.setEnabled(inquiry is not None and not inquiry.closed)
        own = self._acts.who().section
        self.question.setVisible(inquiry is not None and own in inquiry.sections and not inquiry.closed)
        if inquiry is None:
            self.again.hide()

    def _suit(self, inquiry: Inquiry, answering: bool) -> None:
        """A section that answers has one thing to do here; the verbs of the one that asks are not for it."""
        for each in (self.collate, self.csv, *self._changing):
            each.setVisible(not answering)
        self.again.setVisible(inquiry.closed and not answering)
        self.reply.setProperty("kind", "primary" if answering else "")
        set_icon(self.reply, "note", "on_primary" if answering else "text")
        page.restyle(self.reply)

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

    def _ask(self) -> None:
        """From the form, whose draft stays."""
        self._to_board()
        self._acts.ask()

    def inquiry(self) -> Inquiry | None:
        """The chosen one."""
        index = self.which.currentIndex()
        return self._found[index] if 0 <= index < len(self._found) else None

    def _read_board(self) -> None:
        inquiry, place, share = self.inquiry(), self.place, self._services.share
        if inquiry is None:
            return
        self._following.follow(place, inquiry.folder)
        if self._begun != (place, inquiry.folder):
            self.readings, self._begun = [], (place, inquiry.folder)
            self._standing.begin(inquiry)
            self._enable(inquiry)
            self._suit(inquiry, not inquiry.asked_by(self._acts.who()))
        self._services.bridge.run(
            self,
            _("回答の状況"),
            lambda report: share.office(place).board(inquiry, report),
            lambda readings: self.show_board(inquiry, readings),
            self._tell_once,
            lane="share-inquiry",
        )

    def show_board(self, inquiry: Inquiry, readings: list[Reading]) -> None:
        """Where each section stood when ``readings`` were taken."""
        if inquiry != self.inquiry():
            return
        self.readings, who = readings, self._acts.who()
        self._enable(inquiry)
        self._suit(inquiry, answers_only(inquiry, readings, who))
        self._standing.show(inquiry, readings, who)

    def _tell_once(self, error: SuiteError) -> None:
        """It is read again and again."""
        if error.what + error.why not in self._told:
            self._told.add(error.what + error.why)
            self._services.notices.error(error)

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
        self.stack.choose(self._board)
        self.read()


def _within(folder: str, of: str) -> bool:
    return folder == of or folder.startswith(f"{of}/")
