"""A policy is edited step by step: comments survive, what is wrong is said at once, what changed in words."""

from __future__ import annotations

import tomllib

import pytest

from core.errors import SuiteError
from core.policy_draft import Draft, changes, parsed
from core.settings.declared import declared

TEXT = """# ours
[locked]
by = "情報政策課"
keys = ["presence"]

[face]
threshold_alone = 0.30  # agreed in April
"""
ALL = {one.key: one for one in declared()}


def test_comments_and_order_survive_an_edit_and_its_undoing() -> None:
    draft = Draft(TEXT)
    draft.decide("face.threshold_alone", 0.31)
    assert draft.text == TEXT.replace("0.30", "0.31")
    draft.decide("offline.days", 7)
    draft.decide("offline.days", None)
    assert tomllib.loads(draft.text)["offline"] == {}


def test_the_difference_is_said_in_words_in_the_order_of_the_settings() -> None:
    before, after = Draft(TEXT), Draft(TEXT)
    after.by = "危機管理課"
    after.decide("security.pin_min_length", 8)
    after.decide("appearance.language", "ja")
    after.lock("presence.after_s", False)
    lines = [(each.key, each.before, each.after) for each in changes(before, after)]
    assert lines == [
        ("locked.by", "情報政策課", "危機管理課"),
        ("appearance.language", "利用者が選ぶ", "ja"),
        ("presence.after_s", "既定（30）に固定", "利用者が選ぶ"),
        ("security.pin_min_length", "既定（6）", "8"),
    ]
    assert after.locked("presence.warn_second_face"), "the rest of the section stays fixed"


@pytest.mark.parametrize(
    ("key", "typed", "problem"),
    [
        ("offline.days", "99", "60 以下"),
        ("offline.days", "seven", "整数"),
        ("face.threshold_alone", "nan", "数"),
        ("face.threshold_alone", "inf", "数"),
        ("servers.matcher", "http://x", "形"),
        ("security.zones", "a = [[1]]", "名前"),
        ("security.zones", "a = ", "名前"),
        ("face.model_file", "", "ファイル"),
    ],
)
def test_what_cannot_be_used_is_said_with_what_can(key: str, typed: str, problem: str) -> None:
    draft = Draft("")
    draft.decide(key, parsed(ALL[key], typed))
    assert problem in draft.problems()[key]


def test_values_that_contradict_each_other_are_a_problem_of_their_section() -> None:
    draft = Draft("")
    draft.decide("face.threshold_alone", 0.48)
    assert list(draft.problems()) == ["face"]


def test_what_is_typed_becomes_what_the_file_holds() -> None:
    assert parsed(ALL["offline.days"], "１４") == 14
    assert parsed(ALL["face.threshold_alone"], " 0.3 ") == 0.3
    assert parsed(ALL["camera.allowed"], "A\n\n B \n") == ["A", "B"]
    assert parsed(ALL["security.zones"], '"窓口" = [["face"]]\nb = []') == {
        "窓口": [["face"]],
        "b": [],
    }
    draft = Draft("")
    for key, typed in (("camera.allowed", "A\nB"), ("security.zones", '"a.b" = [["face", "pin"]]')):
        draft.decide(key, parsed(ALL[key], typed))
    assert draft.problems() == {}
    assert tomllib.loads(draft.text)["security"]["zones"] == {"a.b": [["face", "pin"]]}


def test_names_that_nobody_knows_stay_and_are_no_problem() -> None:
    draft = Draft("[future]\nthing = 1\n[face]\nnew = 2\n")
    draft.decide("face.cohort_size", 10)
    assert draft.problems() == {}
    assert "thing = 1" in draft.text


@pytest.mark.parametrize("text", ["nothing", "a = 1\n", "[" * 3000])
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(SuiteError, match="CONF-001"):
        Draft(text)
