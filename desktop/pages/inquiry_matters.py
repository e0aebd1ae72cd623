"""What of a share's inquiries waits for a person: to be answered, a question of a section, news of one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from core.i18n import _, sentences
from core.wareki import format_date
from desktop.pages.matters import MOST, InquiryAim, Matter

if TYPE_CHECKING:
    from auth.model import Person
    from sharefolder.inquiry.model import Inquiry, Reading
    from sharefolder.inquiry.office import Office
    from sharefolder.service import ShareService

_DUE_WITHIN = timedelta(days=14)
_NEWS_FOR = timedelta(days=7)
_SHOWN = 60
"""Characters of a question or an answer."""


def every(share: ShareService, place: str, person: Person, today: date) -> list[Matter]:
    """Asks the file server, with this reader's rights: as a job. SuiteError SHARE-0xx."""
    from sharefolder.inquiry.model import Who

    office, who = share.office(place), Who(person.staff_number, person.section)
    under_way = [each for each in office.inquiries()[0] if not each.closed]
    asked = [each for each in under_way if each.by and each.asked_by(who)]
    mine = {each.folder for each in asked}
    others = [each for each in under_way if person.section in each.sections]
    return [
        *_questions(office, place, asked),
        *_due(office, place, person.section, today, others),
        *_answers(place, today, [each for each in others if each.folder not in mine]),
    ]


def _questions(office: Office, place: str, asked: Sequence[Inquiry]) -> Iterator[Matter]:
    """What sections ask whoever asked them. Called to mind once for each question, not when one of several
    has got its answer."""
    for each in asked:
        if not (waiting := office.waiting(each)):
            continue
        title = _("照会「{title}」に質問 {count} 件").format(title=each.title, count=len(waiting))
        words = _("{section}「{question}」").format(
            section=waiting[0].section, question=_short(waiting[0].text)
        )
        key = f"{place}/{each.folder}/asked {len(waiting) + len(each.answered)}"
        aim = InquiryAim(place, each.folder)
        yield Matter("list-checks", title, words, "sharefolder", _("質問を見る"), aim, "due", key)


def _answers(place: str, today: date, others: Sequence[Inquiry]) -> Iterator[Matter]:
    """What has been said to all sections in the last days."""
    since = (today - _NEWS_FOR).isoformat()
    for each in others[: 2 * MOST]:
        if not (news := [said for said in each.questions if said[0] >= since]):
            continue
        _day, question, answer = news[-1]
        title = _("照会「{title}」の質問に答え {count} 件").format(title=each.title, count=len(news))
        words = _("問 {question}　答 {answer}").format(question=_short(question), answer=_short(answer))
        key = f"{place}/{each.folder}/answers {len(each.questions)}"
        aim = InquiryAim(place, each.folder)
        yield Matter("list-checks", title, words, "sharefolder", _("照会を開く"), aim, key=key)


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN]}…"


def _due(office: Office, place: str, section: str, today: date, others: Sequence[Inquiry]) -> list[Matter]:
    """What the section has not answered yet, as its due date comes near."""
    waiting = [each for each in others if each.due <= today + _DUE_WITHIN]
    found = ((each, office.standing(each, section)) for each in waiting[: 2 * MOST])
    return [_inquiry(place, each, today, seen) for each, seen in found if not seen.handed_in][:MOST]


def _inquiry(place: str, inquiry: Inquiry, today: date, seen: Reading) -> Matter:
    from sharefolder.inquiry.model import State

    left = (inquiry.due - today).days
    if left < 0:
        when = _("期限を {days} 日過ぎました").format(days=-left)
    elif left == 0:
        when = _("期限は今日です")
    else:
        when = _("期限は {due}（あと {days} 日）").format(due=format_date(inquiry.due), days=left)
    begun = {
        State.OPEN: _("記入を始めています。"),
        State.WRONG_FORM: _("出したブックは、様式が違います。"),
        State.GONE: _("回答のブックがありません。"),
        State.UNSEEN: _("回答のフォルダを開く権利がありません。"),
        State.DOUBT: sentences(_("出したものは、まだ回答として数えていません。"), seen.reason),
    }.get(seen.state, _("まだ答えていません。"))
    icon = "warning" if left < 0 else "list-checks"
    title = _("照会「{title}」").format(title=inquiry.title)
    aim = InquiryAim(place, inquiry.folder)
    key = f"{place}/{inquiry.folder}/{inquiry.due}"
    words = sentences(_("{when}。").format(when=when), begun)
    return Matter(icon, title, words, "sharefolder", _("照会を開く"), aim, "due", key)
