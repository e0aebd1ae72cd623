"""What people do with an inquiry on its board: answer, ask, extend, answer questions, close, reopen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.errors import SuiteError
from core.i18n import _
from core.wareki import parse_date
from desktop.pages.services import Services
from sharefolder.inquiry.asked import waiting
from sharefolder.inquiry.model import Inquiry, Question, Who
from sharefolder.inquiry.office import Office

if TYPE_CHECKING:
    from desktop.pages.sharefolder.inquiries import Inquiries


_LONGEST = 4_000  # characters of a question or an answer


class InquiryActs:
    """The verbs of the board."""

    def __init__(self, view: Inquiries, services: Services) -> None:
        self._view, self._services = view, services

    def answer(self) -> None:
        """On the screen: for the chosen section, else for one's own where it is asked."""
        inquiry, session = self._view.inquiry(), self._services.auth.session
        if inquiry is None:
            return
        own = session.person.section if session is not None else ""
        section = self._view.table.key() or (own if own in inquiry.sections else "")
        if inquiry.closed:
            self._services.notices.warning(_("この照会は終わっています。"))
        elif not section:
            self._services.notices.info(_("一覧で、回答する所属を選んでください。"))
        else:
            self._view.stack.choose(self._view.answer)
            self._view.answer.begin(self._view.place, inquiry, section)

    def extend(self) -> None:
        inquiry, who = self._view.inquiry(), self.who()
        if inquiry is not None:
            self._view.ask.text(
                _("新しい期限（例: R8.12.4）"),
                inquiry.due.isoformat(),
                lambda text: self._change(lambda office: office.extend(inquiry, parse_date(text), who)),
            )

    def ask(self) -> None:
        """A question of one's own section to the one that asks."""
        inquiry, section = self._view.inquiry(), self.who().section
        if inquiry is None:
            return

        def sent(_inquiry: Inquiry) -> None:
            self._services.notices.success(_("質問を送りました。照会した所属が答えると、ここに出ます。"))
            self._view.read()

        self._view.ask.text(
            _("{section} の質問（答えと一緒に、すべての所属に出ます）").format(section=section),
            "",
            lambda text: self._change(lambda office: office.ask(inquiry, section, text), sent),
            limit=_LONGEST,
        )

    def question(self) -> None:
        """What a section has asked here first, the oldest; or what was asked otherwise."""
        inquiry = self._view.inquiry()
        if inquiry is None:
            return
        asked = waiting(inquiry, self._view.readings)
        if not asked:
            self._by_hand(inquiry)
            return
        there = _("届いた質問に答える（{count} 件）").format(count=len(asked))
        ways = (
            (there, lambda: self._answer(inquiry, asked[0])),
            (_("ほかの質問を書く"), lambda: self._by_hand(inquiry)),
        )
        self._view.ask.choice(_("どの質問に答えますか。"), ways)

    def _answer(self, inquiry: Inquiry, question: Question) -> None:
        who = self.who()
        words = _("{section} の質問「{question}」への答え（すべての所属に出ます）")
        self._view.ask.text(
            words.format(section=question.section, question=question.text),
            "",
            lambda text: self._change(
                lambda office: office.answer_question(inquiry, question.text, text, who, question.key)
            ),
            limit=_LONGEST,
        )

    def _by_hand(self, inquiry: Inquiry) -> None:
        """The question first, then its answer: both are for all sections to read."""
        who = self.who()

        def answered(question: str, answer: str) -> None:
            self._change(lambda office: office.answer_question(inquiry, question, answer, who))

        self._view.ask.text(
            _("受けた質問"),
            "",
            lambda question: self._view.ask.text(
                _("回答"), "", lambda answer: answered(question, answer), limit=_LONGEST
            ),
            limit=_LONGEST,
        )

    def close(self) -> None:
        """At once where all have answered; it can be taken back either way."""
        inquiry = self._view.inquiry()
        if inquiry is None:
            return
        missing = len(inquiry.sections) - sum(each.handed_in for each in self._view.readings)
        if not missing:
            self._close(inquiry)
            return
        asked = _("まだ {count} 所属の回答がありません。「{title}」を終えますか。").format(
            count=missing, title=inquiry.title
        )
        self._view.ask.choice(asked, ((_("このまま終える"), lambda: self._close(inquiry)),))

    def _close(self, inquiry: Inquiry) -> None:
        who, place = self.who(), self._view.place

        def closed(over: Inquiry) -> None:
            undo = (_("元に戻す"), lambda: self._reopen(place, over))
            self._services.notices.success(_("「{title}」を終えました。").format(title=over.title), undo)
            self._view.read()

        self._change(lambda office: office.close(inquiry, who), closed)

    def reopen(self) -> None:
        """One that is over."""
        if (inquiry := self._view.inquiry()) is not None:
            self._reopen(self._view.place, inquiry)

    def _reopen(self, place: str, inquiry: Inquiry) -> None:
        who = self.who()

        def back(now: Inquiry) -> None:
            self._services.notices.success(_("「{title}」を再開しました。").format(title=now.title))
            self._view.show_under_way(place, now.folder)

        self._change(lambda office: office.reopen(inquiry, who), back, place)

    def who(self) -> Who:
        """The one before the screen."""
        session = self._services.auth.session
        return Who(session.person.staff_number, session.person.section) if session is not None else Who()

    def _change(
        self,
        act: Callable[[Office], Inquiry],
        done: Callable[[Inquiry], object] | None = None,
        where: str = "",
    ) -> None:
        """``where``: another share than the one that is shown."""
        place, share = where or self._view.place, self._services.share

        def failed(error: SuiteError) -> None:
            self._services.notices.error(error)
            self._view.read()  # somebody else may have changed it, or ended it

        self._services.bridge.run(
            self._view,
            _("照会"),
            lambda _r: act(share.office(place)),
            done or (lambda _i: self._view.read()),
            failed,
            lane="share-inquiry",
        )
