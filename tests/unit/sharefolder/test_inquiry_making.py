"""An inquiry whose making was cut, or that two people make at once: no answer and no inquiry is lost."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

import sharefolder
from core.errors import SuiteError
from core.jobs import Report
from sharefolder.documents.sandbox import Sandbox
from sharefolder.inquiry.model import Form, Inquiry, State, Who
from sharefolder.inquiry.office import Office
from sharefolder.local import LocalStorage
from tests.fakes.answers import Paper, good, template
from tests.unit.core.death import every_death

QUIET = Report(lambda _done, _total, _text: None)
DUE = date(2026, 12, 1)
ONE, OTHER = Who("K100111", "人事課"), Who("K100222", "総務課")
TITLE = "施設調査"


class Cut(BaseException):
    """The terminal is gone."""


class Desk:
    """A share on a disk, and people who ask on it."""

    def __init__(self, home: Path, sandbox: Sandbox) -> None:
        self.root, self.home, self.sandbox = home / "share", home, sandbox
        self.root.mkdir()
        self.template = template(home)
        self.form: Form = self.office().understand(self.template)

    def office(self) -> Office:
        """As on a terminal of its own."""
        return Office(LocalStorage(self.root), self.sandbox, lambda: date(2026, 11, 26))

    def ask(
        self,
        who: Who = ONE,
        sections: tuple[str, ...] = ("A課", "B課"),
        say: Callable[[float, float | None, str], object] = lambda *_said: None,
        file: Path | None = None,
        title: str = TITLE,
    ) -> Inquiry:
        made = (title, file or self.template, self.form, list(sections), DUE)
        return self.office().create(*made, Report(say), "", who.number, who.section)

    def begin(self) -> None:
        """Cut when the first section has its copy."""

        def say(done: float, total: float | None, _text: str) -> None:
            if done >= 3 and total == 4:
                raise Cut

        with pytest.raises(Cut):
            self.ask(say=say)
        assert self.books() == ["回答/A課/回答様式.xlsx", "様式/回答様式.xlsx"]

    def books(self) -> list[str]:
        whole = self.root / "照会" / TITLE
        return sorted(str(each.relative_to(whole)) for each in whole.rglob("*.xlsx"))

    def files(self) -> list[str]:
        return sorted(each.name for each in (self.root / "照会" / TITLE).iterdir())

    def refused(self, *arguments: object, **more: object) -> SuiteError:
        with pytest.raises(SuiteError) as error:
            self.ask(*arguments, **more)  # type: ignore[arg-type]
        assert error.value.code == "SHARE-005"
        return error.value


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


@pytest.fixture
def desk(tmp_path: Path, sandbox: Sandbox) -> Desk:
    return Desk(tmp_path, sandbox)


@pytest.mark.parametrize("name", ["回答様式.xlsx", "回答様式（A課）.xlsx"])
def test_what_a_section_has_filled_in_since_the_cut_stays(desk: Desk, name: str) -> None:
    desk.begin()
    given = desk.root / "照会" / TITLE / "回答/A課/回答様式.xlsx"
    answer = given.rename(given.with_name(name))
    before = Paper(answer).write(good).read_bytes()
    made = desk.ask()
    assert answer.read_bytes() == before
    assert desk.books() == [f"回答/A課/{name}", "回答/B課/回答様式.xlsx", "様式/回答様式.xlsx"]
    assert [r.state for r in desk.office().board(made, QUIET)] == [State.ANSWERED, State.UNOPENED]
    assert desk.office().inquiries() == ([made], [])
    assert desk.files() == ["お知らせ.txt", "回答", "様式", "照会.json"]


def test_only_the_same_asker_with_the_same_template_goes_on(desk: Desk) -> None:
    desk.begin()
    other = Paper(desk.home / "別の様式.xlsx", title="別の照会").write()
    before = desk.books()
    for arguments in ({"who": OTHER}, {"file": other}):
        assert "「施設調査 (2)」なら使えます。" in desk.refused(**arguments).next_step
    assert desk.books() == before
    assert desk.office().inquiries() == ([], [])
    desk.ask()
    assert "「施設調査 (2)」なら使えます。" in desk.refused().next_step, (
        "one that is there is not begun again"
    )


def test_a_folder_of_anothers_making_is_no_place_for_an_inquiry(desk: Desk) -> None:
    theirs = desk.root / "照会" / TITLE / "メモ.txt"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("わたしのメモ", "utf-8")
    desk.refused()
    assert desk.files() == ["メモ.txt"]
    assert desk.ask(title="施設調査 (2)").title == "施設調査 (2)"


def test_two_people_who_ask_under_one_title_at_once_do_not_lose_either(desk: Desk) -> None:
    """The second comes while the first is still giving out."""
    begun, told = threading.Event(), threading.Event()
    came: list[Inquiry] = []

    def say(_done: float, _total: float | None, _text: str) -> None:
        begun.set()
        assert told.wait(60)

    first = threading.Thread(target=lambda: came.append(desk.ask(ONE, ("A課",), say)))
    first.start()
    try:
        assert begun.wait(60)
        error = desk.refused(OTHER, ("B課",))
    finally:
        told.set()
        first.join()
    assert "「施設調査 (2)」なら使えます。" in error.next_step
    assert desk.office().inquiries() == (came, [])
    assert [(i.by, i.sections) for i in came] == [(ONE.number, ("A課",))]
    assert desk.books() == ["回答/A課/回答様式.xlsx", "様式/回答様式.xlsx"]


@pytest.mark.long
@pytest.mark.timeout(900)
def test_whenever_the_program_dies_the_asker_goes_on_or_finds_it_made(desk: Desk) -> None:
    whole = desk.root / "照会"

    def prepare() -> None:
        shutil.rmtree(whole, ignore_errors=True)

    seen = set()
    for _line in every_death(prepare, desk.ask, stride=97, also=(Path(sharefolder.__file__).parent,)):
        answer = whole / TITLE / "回答/A課/回答様式.xlsx"
        before = Paper(answer).write(good).read_bytes() if answer.exists() else b""
        try:
            desk.ask()
            refused = ""
        except SuiteError as error:
            refused = error.code
        made = (whole / TITLE / "照会.json").exists()
        assert refused in ("", "SHARE-005")
        assert made or not list((whole / TITLE).rglob("*.xlsx")), (
            "only its bare folder cannot be gone on with"
        )
        seen.add(refused)
        assert not before or answer.read_bytes() == before
    assert "" in seen
