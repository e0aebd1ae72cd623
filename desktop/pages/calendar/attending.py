"""Who comes to a meeting, in words, and the answer to an invitation: parts of an opened event's card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from calendar_sync.attendance import MOST_COMMENT, Answer, Attendee
from calendar_sync.model import Detail, Scope
from core.i18n import _
from desktop.pages.calendar import words
from desktop.ui import page
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import labelled, line_edit
from desktop.ui.widgets.segmented import Segmented

_ORDER = (Answer.YES, Answer.MAYBE, Answer.NO, Answer.NONE)
_MOST_SHOWN = 60


class AnswerBox(QWidget):
    """``answered`` brings the answer, a word to it, and the occurrence it is for (empty: all)."""

    answered = Signal(object, str, str)

    def __init__(self, detail: Detail) -> None:
        super().__init__()
        o = detail.occurrence
        layout = page.column(self, 0.5)
        now = Answer(o.answer or Answer.NONE)
        from_ = _("{name} さんからの招待").format(name=detail.organiser)
        layout.addWidget(page.label(from_, "strong", wrap=True))
        said = _("あなたの返事: {answer}").format(answer=words.answer_words(now))
        layout.addWidget(page.label(said, wrap=True))
        self.comment = line_edit(_("ひとこと（任意）"), limit=MOST_COMMENT)
        layout.addWidget(labelled(_("ひとこと（任意）"), self.comment))
        self._recurrence = o.recurrence
        self.scope = Segmented(
            _("返事をする範囲"), [(Scope.THIS, _("この回")), (Scope.ALL, _("すべて"))], Scope.ALL
        )
        if o.repeats:
            layout.addWidget(self.scope)
        row = page.row(spacing=0.4)
        for answer in (Answer.YES, Answer.MAYBE, Answer.NO):
            kind = "primary" if answer is Answer.YES and now is Answer.NONE else ""
            made = button(words.answer_words(answer), lambda a=answer: self._answer(a), kind, main=True)  # type: ignore[misc]
            row.addWidget(made, 1)
        layout.addLayout(row)

    def _answer(self, answer: Answer) -> None:
        one = self._recurrence if self.scope.value() == Scope.THIS else ""
        self.answered.emit(answer, self.comment.text().strip(), one)


class WhoBox(QWidget):
    """How many have answered what, then each by name, with what they have said to it."""

    def __init__(self, people: Sequence[Attendee]) -> None:
        super().__init__()
        layout = page.column(self, 0.25)
        count = Counter(person.answer for person in people)
        said = [f"{words.answer_words(a)} {count[a]}" for a in _ORDER if count[a]]
        layout.addWidget(page.label(_("参加者 {count} 人").format(count=len(people)), "strong"))
        layout.addWidget(page.label(_("、").join(said), wrap=True))
        for person in sorted(people, key=lambda p: _ORDER.index(p.answer))[:_MOST_SHOWN]:
            comment = _("「{comment}」").format(comment=person.comment) if person.comment else ""
            line = f"{person.name}　{words.answer_words(person.answer)}{comment}"
            layout.addWidget(page.label(line, "muted", wrap=True))
        if len(people) > _MOST_SHOWN:
            layout.addWidget(
                page.label(_("ほか {count} 人").format(count=len(people) - _MOST_SHOWN), "muted")
            )
