"""What the share's pages say of rights and of whose changes they know, in English: sentences stand apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from core.i18n import set_language
from desktop.pages.sharefolder.words import rights_words, source_words, time_words
from sharefolder.activity import Act, Activity, What
from sharefolder.model import Rights

LOCALE = Path(__file__).resolve().parents[3] / "desktop" / "locale"
RUN_TOGETHER = re.compile(r"[.!?][A-Z]")


@pytest.fixture
def english(tmp_path: Path) -> Iterator[None]:
    set_language("en", LOCALE)
    yield
    set_language("ja", tmp_path)


@pytest.mark.usefixtures("english")
def test_what_is_said_of_rights_does_not_run_together() -> None:
    for read, write, known, denied in product((True, False), repeat=4):
        who = ("road construction",)
        rights = Rights(read, write, "root", who, who, known, who if denied else ())
        said = rights_words(rights)
        assert said.startswith("You ")
        assert RUN_TOGETHER.search(said) is None, said
    assert rights_words(Rights(True, True, "root", ("root",), ("root",))) == (
        "You may read and write. Read by root, written by root."
    )


@pytest.mark.usefixtures("english")
def test_whose_changes_are_known_does_not_run_together() -> None:
    act = Act(1.0, "", What.WRITTEN, "a.txt", "")
    for acts, everybody in product(((), (act,)), (True, False)):
        said = source_words(Activity(acts, everybody))
        assert RUN_TOGETHER.search(said) is None, said


def test_in_japanese_nothing_is_spaced() -> None:
    said = rights_words(Rights(True, True, "root", ("土木部",), ("道路建設課",)))
    assert said == "あなたは読み書きできます。読めるのは 土木部、書けるのは 道路建設課 です。"


@pytest.mark.parametrize("seconds", [0.0, -1.0, 1e12, float("inf"), float("nan")])
def test_a_time_that_is_no_day_of_a_calendar_is_not_said(seconds: float) -> None:
    assert time_words(seconds) == ""
    assert time_words(1_795_000_000) == "令和8年11月18日（水）20:06"
