"""Answering an inquiry on the screen, where the workbook has changed since the draft was written."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QLineEdit

from core.jobs import Report
from desktop.pages.sharefolder.inquiries import Inquiries
from sharefolder.inquiry.model import Inquiry
from sharefolder.sample import HEADINGS, NAME
from tests.ui.conftest import Office
from tests.ui.sharefolder import scenes
from tests.ui.sharefolder.page import press

NUMBER = (3, HEADINGS.index("数量"))


class Desk:
    """The form of a section that has not answered yet; each story has its own."""

    def __init__(self, office: Office) -> None:
        self.office = office
        scenes.opened(office)
        scenes.SCENES["board"](office)
        board = office.view(Inquiries)
        inquiry = board.inquiry()
        assert inquiry is not None
        self.board, self.form = board, board.answer
        self.inquiry: Inquiry = inquiry
        self.section = ""

    def begin(self, section: str = "") -> None:
        """As a person does, at first and after a new start of the program."""
        if self.board.stack.current() is self.form:
            self.press("あとで続ける")
        self.section = section or self.section
        self.board.table.choose(self.section)
        self.press("画面で回答する")
        self.office.bot.waitUntil(self.form.save.isEnabled, timeout=60_000)

    def press(self, name: str) -> None:
        press(self.office, name)

    def write(self, heading: str, text: str) -> None:
        self.office.find(QLineEdit, f"1 行目 {heading}").setText(text)  # type: ignore[attr-defined]

    def keep(self) -> None:
        self.office.bot.waitUntil(lambda: "下書きをこの端末に残しました。" in self.said())

    def colleague(self, number: str) -> None:
        """Writes into the same workbook from elsewhere."""
        reply, quiet = self.office.services.share.reply(NAME), Report(lambda *_progress: None)
        sheet = reply.open(self.inquiry, self.section)
        cells = [(3, 0, "s", "毛布"), (*NUMBER, "n", number)]
        reply.hand_in(self.inquiry, self.section, sheet, cells, quiet)

    def said(self) -> str:
        labels = self.form.findChildren(QLabel)
        return "\n".join(label.text() for label in labels if label.isVisible())

    def answered(self) -> dict[str, object]:
        reading = next(each for each in self.board.readings if each.section == self.section)
        return {value.cell: value.value for value in reading.values}


def the_newer_words_of_a_colleague_are_shown_and_the_draft_beside_them(desk: Desk) -> None:
    desk.begin("文化振興課")
    desk.write("数量", "５００")
    desk.write("備考", "倉庫B")
    desk.keep()
    desk.colleague("700")
    desk.begin()
    assert desk.form.values()[NUMBER] == "700"
    assert desk.form.values()[3, HEADINGS.index("備考")] == "倉庫B", "what is no contradiction goes on"
    assert "下書きのあとに、回答のブックが 1 か所で変わりました。" in desk.said()
    assert "下書きでは「５００」" in desk.said()
    desk.press("回答を保存")
    assert desk.answered() == {"A4": "毛布", "B4": 700.0, "E4": "倉庫B"}


def the_draft_is_taken_where_the_person_says_so(desk: Desk) -> None:
    desk.begin("教育総務課")
    desk.write("数量", "５００")
    desk.keep()
    desk.colleague("700")
    desk.begin()
    desk.write("備考", "倉庫B")
    desk.keep()
    desk.begin()
    assert "下書きでは「５００」" in desk.said(), "not decided yet, so it is still there"
    desk.press("1 行目 数量: 下書きの「５００」を使う")
    assert "下書きでは" not in desk.said()
    desk.press("回答を保存")
    assert desk.answered() == {"A4": "毛布", "B4": 500.0, "E4": "倉庫B"}


def who_saves_at_once_leaves_no_draft_that_comes_after(desk: Desk) -> None:
    """The draft's own pause has not ended when the answer is handed in."""
    desk.begin("農業振興課")
    desk.write("品名", "毛布")
    desk.press("回答を保存")
    assert desk.answered() == {"A4": "毛布"}
    assert not desk.form._wait.isActive()
    assert desk.office.services.share.drafts(NAME).load(desk.inquiry, desk.section) is None


def a_colleague_who_was_faster_is_shown_at_once(desk: Desk) -> None:
    desk.begin("情報政策課")
    desk.write("品名", "毛布")
    desk.write("数量", "500")
    desk.colleague("700")
    desk.press("回答を保存")
    desk.office.bot.waitUntil(lambda: desk.form.values().get(NUMBER) == "700", timeout=60_000)
    assert "下書きでは「500」" in desk.said()
    assert desk.board.stack.current() is desk.form


def test_a_draft_never_hides_what_the_workbook_has_come_to_say(office: Office) -> None:
    """One window for all: each story is about another section's answer."""
    desk = Desk(office)
    for story in (
        the_newer_words_of_a_colleague_are_shown_and_the_draft_beside_them,
        the_draft_is_taken_where_the_person_says_so,
        who_saves_at_once_leaves_no_draft_that_comes_after,
        a_colleague_who_was_faster_is_shown_at_once,
    ):
        story(desk)
