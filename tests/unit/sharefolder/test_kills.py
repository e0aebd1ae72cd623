"""kill -9 at any line: an answer's draft is the old or new one, a model case is whole or not there at all."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

import sharefolder
from core.jobs import Report
from sharefolder import rules
from sharefolder.cases import Cases
from sharefolder.inquiry.drafts import Draft, Drafts
from sharefolder.inquiry.model import Column, Form, Inquiry
from sharefolder.local import LocalStorage
from sharefolder.rule_book import RuleBook
from tests.unit.core.death import every_death

OURS = (Path(sharefolder.__file__).parent,)
QUIET = Report(lambda _done, _total, _text: None)
FORM = Form("回答", 3, (Column(0, "品名"), Column(1, "数量", "number")), {})
FOLDER = "照会/備蓄品の照会"
INQUIRY = Inquiry("備蓄品の照会", FOLDER, date(2026, 12, 4), ("防災課",), "様式.xlsx", "0" * 64, FORM)


def test_a_draft_is_the_old_one_or_the_new_one_whenever_the_program_dies(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "drafts", "K100234", "smb://server/share")
    old = Draft({(3, 0): ("飲料水", "")}, (9_120, 1_795_700_000.25))
    new = Draft({(3, 0): ("飲料水", ""), (3, 1): ("約５００", None)}, (9_120, 1_795_700_000.25))
    seen = []
    for _line in every_death(
        lambda: drafts.keep(INQUIRY, "防災課", old),
        lambda: drafts.keep(INQUIRY, "防災課", new),
        also=OURS,
    ):
        left = drafts.load(INQUIRY, "防災課")
        assert left in (old, new)
        seen.append(left)
    assert old in seen
    assert drafts.load(INQUIRY, "防災課") == new
    for _line in every_death(
        lambda: drafts.keep(INQUIRY, "防災課", new), lambda: _again(drafts, new), also=OURS
    ):
        assert drafts.load(INQUIRY, "防災課") in (new, None)


def _again(drafts: Drafts, new: Draft) -> None:
    """What the form does when it goes on from a draft and hands in."""
    assert drafts.load(INQUIRY, "防災課") == new
    drafts.drop(INQUIRY, "防災課")


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_model_case_is_whole_or_not_there_whenever_the_program_dies(tmp_path: Path) -> None:
    model = tmp_path / "モデルケース" / "災害対応"
    for folder in ("写真", "議事録/令和"):
        (model / folder).mkdir(parents=True)
    (model / "議事録" / "様式.txt").write_text("日時、出席者", "utf-8")
    (model / "写真" / "撮り方.txt").write_text("遠景と近景", "utf-8")
    (model / "運用ルール.csv").write_text(",".join(rules.TITLES) + "\r\n,,,5年,,,\r\n", "utf-8-sig")
    (tmp_path / "防災課").mkdir()
    storage = LocalStorage(tmp_path)
    cases = Cases(storage, RuleBook(storage), lambda: date(2026, 11, 26))
    ((case,), _broken) = cases.every(QUIET)
    made, wanted = tmp_path / "防災課" / "地震", _tree(model) - {"運用ルール.csv"}

    def prepare() -> None:
        shutil.rmtree(tmp_path / "防災課")
        (tmp_path / "防災課").mkdir()
        shutil.rmtree(tmp_path / "運用ルール", ignore_errors=True)

    def work() -> None:
        cases.make(case, "防災課", "地震", "防災課", QUIET)

    whole = 0
    for _line in every_death(prepare, work, stride=3, also=OURS):
        book = RuleBook(storage)
        (here, broken) = cases.every(QUIET)
        assert (here, broken) == ([case], []), "the case itself is as it was"
        assert book.whole()[1] == [], "no half file of rules"
        if made.exists():
            whole += 1
            assert _tree(made) == wanted
            rule = rules.rule_of(book.every(), "防災課/地震")
            assert rule is not None
            assert rule.owner == "防災課"
        else:
            work()  # as a person does: once more
            assert _tree(made) == wanted
        shown = [e.name for batch in storage.list("防災課") for e in batch if not e.name.startswith(".")]
        assert shown == ["地震"], "what was left of the first try is hidden"
    assert whole > 0


def _tree(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
