"""Where an inquiry stands, for whoever looks: all sections for the one that asks, for another its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QProgressBar, QWidget

from core.clock import TOKYO
from core.i18n import _
from desktop.pages.sharefolder.inquiry_words import (
    answered,
    asked_words,
    board_words,
    count_words,
    doubt_row,
    due_words,
    own_words,
    reading_row,
)
from desktop.ui import page, theme
from desktop.ui.widgets.table import Table
from sharefolder.inquiry.asked import waiting
from sharefolder.inquiry.model import Inquiry, Reading, State, Who


class Standing:
    """Three parts of the page from above to below: ``top``, ``questions`` and ``rest``."""

    def __init__(self) -> None:
        self._readings: Sequence[Reading] = ()
        self.top, inside = page.card(margin=1.0)
        self.sentence = page.label("", "strong", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("回答した所属"))
        self.counts = page.label("", "muted", wrap=True)
        for widget in (self.sentence, self.bar, self.counts):
            inside.addWidget(widget)
        self.questions = page.label("", wrap=True)
        titles = [_("所属"), _("状態"), _("理由"), _("更新日時")]
        self.table = Table(_("所属ごとの状態"), titles, (5, 5, 9, 11), whole=(0, 1, 3))
        self.table.picked.connect(lambda _key: self._show_doubts())
        self.table.setMinimumHeight(theme.em(9))
        self.rest = _Rest()
        tables = page.column(self.rest, 0.75)
        tables.addWidget(self.table, 3)
        self.heading = page.label(_("確かめること"), "strong")
        titles = [_("所属"), _("セル"), _("書かれているもの"), _("理由"), _("読み方の案")]
        self.doubts = Table(_("確かめること"), titles, (5, 4, 8.5, 16, 8.5), whole=(0, 1, 3))
        tables.addWidget(self.heading)
        self.doubts.setMinimumHeight(theme.em(7))
        tables.addWidget(self.doubts, 2)

    def nothing(self, words: str) -> None:
        """There is no inquiry to show."""
        self._begin(words)
        self.questions.clear()

    def begin(self, inquiry: Inquiry) -> None:
        """What its record alone says: there before any folder has been looked into, and if none can be."""
        self._begin(due_words(inquiry, _today()))
        self._say_questions(inquiry)

    def _begin(self, words: str) -> None:
        self.sentence.setText(words)
        self.counts.clear()
        self.bar.reset()
        self._fill(None, ())

    def show(self, inquiry: Inquiry, readings: Sequence[Reading], who: Who) -> None:
        """As the folders were when ``readings`` were taken."""
        seen = [each for each in readings if each.state is not State.UNSEEN]
        own = answers_only(inquiry, readings, who)
        self.bar.setVisible(not own)
        if own:
            mine = [each for each in seen if each.section == who.section]
            self.sentence.setText(own_words(inquiry, mine, _today()))
            self.counts.setText(asked_words(inquiry, readings, who.section))
        else:
            self.sentence.setText(board_words(inquiry, readings, _today()))
            self.counts.setText(count_words(readings))
        self.bar.setRange(0, max(1, len(readings)))
        self.bar.setValue(answered(readings))
        self._say_questions(inquiry, readings)
        self._fill(inquiry, seen if own else readings)
        for each in (self.heading, self.doubts):
            each.setVisible(not own or any(reading.doubts for reading in seen))

    def _say_questions(self, inquiry: Inquiry, readings: Sequence[Reading] = ()) -> None:
        said = [
            _("問 {question}　答 {answer}").format(question=q, answer=a) for _d, q, a in inquiry.questions
        ]
        words = _("？ {section} の質問（答えを待っています）　{question}")
        said += [words.format(section=q.section, question=q.text) for q in waiting(inquiry, readings)]
        self.questions.setText("\n".join(said))
        self.questions.setVisible(bool(said))

    def _fill(self, inquiry: Inquiry | None, readings: Sequence[Reading]) -> None:
        self._readings = readings
        rows = [(r.section, reading_row(inquiry, r)) for r in readings] if inquiry is not None else []
        self.table.put(rows)
        self._show_doubts()

    def _show_doubts(self) -> None:
        chosen = self.table.key()
        every = [d for r in self._readings for d in r.doubts if chosen is None or r.section == chosen]
        if not every:
            every = [d for r in self._readings for d in r.doubts]
        self.doubts.put([(number, doubt_row(doubt)) for number, doubt in enumerate(every)])
        self.heading.setText(_("確かめること（{count} 件）").format(count=len(every)))


def answers_only(inquiry: Inquiry, readings: Sequence[Reading], who: Who) -> bool:
    """Whether ``who`` is of a section that answers and may not see what the others do."""
    return not inquiry.asked_by(who) and any(each.state is State.UNSEEN for each in readings)


def _today() -> date:
    return datetime.now(TOKYO).date()


class _Rest(QWidget):
    """Takes the height that is left, and asks for no more than it must have."""

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.minimumSizeHint().height())
