"""Records of a specification: whatever several people write at the same time, nothing of it is lost."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharefolder.library import record
from sharefolder.library.record import Record, parsed, together, written


def of(values: dict[str, str], *seen: str) -> Record:
    return Record(values, frozenset(seen))


def test_two_people_who_set_different_fields_both_count() -> None:
    records = {
        "1": of({"system": "道路台帳", "year": "2025"}),
        "2": of({"year": "2026"}, "1"),
        "3": of({"kind": "業務委託"}, "1"),
    }
    known = together(records)
    assert known.values == {"system": "道路台帳", "year": "2026", "kind": "業務委託"}
    assert (known.others, known.newest) == ({}, {"2", "3"})


def test_two_people_who_set_the_same_field_are_both_shown_until_somebody_decides() -> None:
    records = {
        "1": of({"system": "古い"}),
        "2": of({"system": "道路台帳"}, "1"),
        "3": of({"system": "道路台帳システム"}, "1"),
    }
    known = together(records)
    assert (known.values["system"], known.others) == ("道路台帳システム", {"system": ("道路台帳",)})
    records["4"] = of({"system": "道路台帳"}, *known.newest)
    assert (together(records).values["system"], together(records).others) == ("道路台帳", {})


def test_a_field_is_cleared_on_purpose_only() -> None:
    assert together({"1": of({"note": "旧"}), "2": of({"note": ""}, "1")}).values == {"note": ""}


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[dict[str, str], int]]:
    """What several people wrote in turn: the fields, and how many of the newest they had not seen."""
    value = st.text("あいう", min_size=1, max_size=2)
    one = st.tuples(
        st.dictionaries(st.sampled_from(("system", "kind")), value, min_size=1), st.integers(0, 3)
    )
    return draw(st.lists(one, min_size=1, max_size=12))


@given(histories())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_what_nobody_has_seen_and_replaced_is_always_there(history: list[tuple[dict[str, str], int]]) -> None:
    records: dict[str, Record] = {}
    replaced: set[tuple[str, str]] = set()  # (record, field) that somebody saw and set anew
    sees: dict[str, set[str]] = {}
    for number, (values, behind) in enumerate(history):
        visible = dict(list(records.items())[: max(0, len(records) - behind)])
        name = f"{number:04}"
        records[name] = Record(values, together(visible).newest)
        sees[name] = set(visible)
        replaced |= {(old, f) for old in visible for f in values if f in visible[old].values}
    known = together(records)
    for name, each in records.items():
        for field, value in each.values.items():
            shown = {known.values[field], *known.others.get(field, ())}
            assert (name, field) in replaced or value in shown


def test_a_ring_of_records_ends() -> None:
    known = together({"1": of({"system": "a"}, "2"), "2": of({"system": "b"}, "1"), "3": of({}, "3")})
    assert {known.values["system"], *known.others["system"]} == {"a", "b"}


def test_a_record_is_read_back_as_it_was_written() -> None:
    made = Record({"system": "道路台帳", "year": "2026", "note": ""}, frozenset({"1", "2"}), "財政課")
    assert parsed(written(made)) == made


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"[" * 100_000,
        json.dumps({"format": 2, "set": {}, "seen": [], "by": ""}).encode(),
        json.dumps({"format": 1, "set": {"unknown": "x"}, "seen": [], "by": ""}).encode(),
        json.dumps({"format": 1, "set": {"system": "x" * 101}, "seen": [], "by": ""}).encode(),
        json.dumps({"format": 1, "set": {"system": "\u202egpj"}, "seen": [], "by": ""}).encode(),
        json.dumps({"format": 1, "set": {"year": "令和"}, "seen": [], "by": ""}).encode(),
        json.dumps({"format": 1, "set": {}, "seen": ["x"] * 501, "by": ""}).encode(),
        json.dumps({"format": 1, "set": [], "seen": [], "by": ""}).encode(),
    ],
)
def test_what_is_no_record_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its subclasses too: whatever json says
        parsed(content)


def test_names_are_the_records_and_nothing_elses() -> None:
    assert record.NAME.fullmatch(record.file_name())
    assert record.USE.fullmatch(record.file_name("利用"))
    assert not record.NAME.fullmatch("記録-2026.json")
