from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SuiteError
from sharefolder import names


@given(st.text(max_size=300))
def test_a_proposed_name_is_always_fine(name: str) -> None:
    assert names.problem(names.proposed(name)) == ""


@given(st.text(min_size=1, max_size=60))
def test_a_fine_name_is_proposed_unchanged(name: str) -> None:
    if not names.problem(name):
        assert names.proposed(name) == name


@pytest.mark.parametrize(
    "name", ["令和8年度　予算.xlsx", "表ソ①㈱髙﨑.txt", ".bashrc", "a.b.c", "あ" * 85, "CONTROL.txt"]
)
def test_names_of_real_files_are_fine(name: str) -> None:
    assert names.problem(name) == ""


def test_a_shortened_name_keeps_its_kind() -> None:
    assert names.proposed("あ" * 90 + ".xlsx").endswith(".xlsx")


def test_a_free_name_collides_on_no_server() -> None:
    assert names.free("Report.txt", ["REPORT.TXT", "report (2).txt"]) == "Report (3).txt"
    assert names.free("写真", []) == "写真"


@given(st.lists(st.sampled_from(["a", "..", ".", "", "b\\c", "C:", "あ"]), max_size=4))
def test_only_plain_parts_stay_inside(parts: list[str]) -> None:
    path = "/".join(parts)
    plain = not path or all(part in ("a", "あ") for part in path.split("/"))
    if plain:
        assert names.inside(path) == path
    else:
        with pytest.raises(SuiteError):
            names.inside(path)


@pytest.mark.parametrize(
    "name", ["あ" * 85, "あ" * 83 + ".txt", "a" * 255, "😀" * 63 + ".x", "い." + "う" * 83]
)
@pytest.mark.parametrize("mark", ["", "（競合）"])
def test_a_free_name_of_a_long_one_fits(name: str, mark: str) -> None:
    taken: list[str] = [name]
    for _each in range(12):
        taken.append(names.free(name, taken, mark))
    assert len({names.same(each) for each in taken}) == 13
    assert [names.problem(each) for each in taken] == [""] * 13
    assert all(mark in each for each in taken[1:])
