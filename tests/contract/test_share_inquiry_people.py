"""An inquiry on a real Samba as each of its people sees it: with accounts and rights of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from core.errors import SuiteError
from core.jobs import Report
from sharefolder.documents.sandbox import Sandbox
from sharefolder.inquiry.asked import waiting
from sharefolder.inquiry.model import Inquiry, Reading, State, Who
from sharefolder.inquiry.office import Office
from tests.fakes import inquiry_people
from tests.fakes.answers import Paper, good, template
from tests.fakes.inquiry_people import ACCOUNTS
from tests.fakes.samba import Samba

QUIET = Report(lambda _done, _total, _text: None)
TODAY, DUE = date(2026, 11, 26), date(2026, 12, 4)
ASKER = Who("K100300", "人事課")


class People:
    """``office``: of each section's person, as on a terminal of their own."""

    def __init__(self, server: Samba, home: Path, sandbox: Sandbox) -> None:
        inquiry_people.move_in(server)
        self.disk = server.export
        self.storages = {section: inquiry_people.storage(server, section) for section in ACCOUNTS}
        self.office = {s: Office(each, sandbox, lambda: TODAY) for s, each in self.storages.items()}
        form = self.office["人事課"].understand(template(home))
        sections, made = ["財政課", "土木課"], home / "回答様式.xlsx"
        who = (ASKER.number, ASKER.section)
        self.inquiry: Inquiry = self.office["人事課"].create(
            "施設調査", made, form, sections, DUE, QUIET, "", *who
        )

    def board(self, section: str) -> dict[str, Reading]:
        """As that section's person sees it."""
        ((inquiry,), broken) = self.office[section].inquiries()
        assert broken == []
        return {each.section: each for each in self.office[section].board(inquiry, QUIET)}


@pytest.fixture
def people(samba: Samba, tmp_path: Path) -> Iterator[People]:
    sandbox = Sandbox()
    made = People(samba, tmp_path, sandbox)
    yield made
    for each in made.storages.values():
        each.close()
    sandbox.close()


def test_a_section_whose_people_are_not_known_is_not_shut_out(people: People, tmp_path: Path) -> None:
    """Who asks may not look at that section's folder: whoever may is then no secret that is guessed at."""
    (people.disk / "土木課").chmod(0o2770)
    os.removexattr(people.disk / "土木課", "system.posix_acl_access")
    made, office = tmp_path / "回答様式.xlsx", people.office["人事課"]
    who = (ASKER.number, ASKER.section)
    form = office.understand(made)
    asked = office.create("二つ目", made, form, ["財政課", "土木課"], DUE, QUIET, "", *who)
    assert asked.guarded == ("財政課",)
    assert people.office["土木課"].standing(asked, "土木課").state is State.UNOPENED


def test_each_section_sees_its_own_state_and_the_asking_one_all(people: People) -> None:
    """Closed answer folders are what an office has: nobody is refused the board for the others'."""
    assert people.inquiry.guarded == ("財政課", "土木課")
    Paper(people.disk / people.inquiry.answer_folder("財政課") / people.inquiry.template).write(good)
    states = {s: {each: r.state for each, r in people.board(s).items()} for s in ACCOUNTS}
    assert states == {
        "人事課": {"財政課": State.ANSWERED, "土木課": State.UNOPENED},
        "財政課": {"財政課": State.ANSWERED, "土木課": State.UNSEEN},
        "土木課": {"財政課": State.UNSEEN, "土木課": State.UNOPENED},
    }
    unseen = people.board("土木課")["財政課"]
    assert (unseen.handed_in, unseen.values, unseen.file) == (False, (), "")
    people.office["人事課"].answer_question(people.inquiry, "年度は？", "令和8年度です。", ASKER)
    ((seen,), _broken) = people.office["土木課"].inquiries()
    assert (seen.due, [q for _d, q, _a in seen.questions]) == (DUE, ["年度は？"])


def test_of_two_who_take_one_title_at_the_same_moment_one_is_told(people: People, tmp_path: Path) -> None:
    made = tmp_path / "回答様式.xlsx"
    form = people.office["人事課"].understand(made)

    def ask(section: str) -> Inquiry | SuiteError:
        try:
            return people.office[section].create(
                "同じ題名", made, form, ["土木課"], DUE, QUIET, "", section, section
            )
        except SuiteError as error:
            return error

    with ThreadPoolExecutor(2) as hands:
        came = list(hands.map(ask, ("人事課", "財政課")))
    ((inquiry,), (error,)) = ([c for c in came if isinstance(c, kind)] for kind in (Inquiry, SuiteError))
    assert (error.code, "「同じ題名 (2)」なら使えます。" in error.next_step) == ("SHARE-005", True)  # type: ignore[union-attr]
    found = {each.title: each for each in people.office["人事課"].inquiries()[0]}
    assert found["同じ題名"] == inquiry


def test_what_a_section_asks_reaches_the_asking_one_and_its_answer_all(people: People) -> None:
    people.office["土木課"].ask(people.inquiry, "土木課", "休止中の施設も\n書きますか？")
    assert people.board("財政課")["土木課"].asked == (), "what another asks is not theirs to see"
    board = people.board("人事課")
    (question,) = waiting(people.inquiry, list(board.values()))
    assert (question.section, question.text) == ("土木課", "休止中の施設も\n書きますか？")
    assert board["土木課"].state is State.UNOPENED
    people.office["人事課"].answer_question(
        people.inquiry, question.text, "書いてください。", ASKER, question.key
    )
    for section in ACCOUNTS:
        ((seen,), _broken) = people.office[section].inquiries()
        assert [(q, a) for _d, q, a in seen.questions] == [(question.text, "書いてください。")]
        assert waiting(seen, list(people.board(section).values())) == []
    said = (people.disk / people.inquiry.folder / "お知らせ.txt").read_text("utf-8-sig")
    assert "休止中の施設も" in said
    assert "土木課" not in said, "whose question it was is not for all"


def test_no_section_asks_in_anothers_name_and_what_is_damaged_is_named(people: People) -> None:
    with pytest.raises(SuiteError) as error:
        people.office["土木課"].ask(people.inquiry, "財政課", "だれの質問？")
    assert error.value.code == "SHARE-003"
    folder = people.disk / people.inquiry.answer_folder("土木課")
    (folder / "質問-000007-0123456789ab.json").write_bytes(b"{")
    people.office["土木課"].ask(people.inquiry, "土木課", "次の質問")
    reading = people.board("人事課")["土木課"]
    assert [each.text for each in reading.asked] == ["次の質問"]
    assert [each.why for each in reading.doubts] == ["質問を読めません。"]
    ended = people.office["人事課"].close(people.inquiry, ASKER)
    with pytest.raises(SuiteError) as error:
        people.office["土木課"].ask(ended, "土木課", "もう遅い？")
    assert error.value.code == "SHARE-068"
