"""What a staff number and a person may be."""

import pytest

from auth.model import Person, Role, check_person, check_staff_number
from core.errors import SuiteError


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("123", "123"),
        (" a-4021 ", "A-4021"),
        ("Ａ４０２１", "A4021"),
        ("ａ－４０２１", "A-4021"),
        ("X" * 16, "X" * 16),
    ],
)
def test_a_staff_number_has_one_spelling(typed: str, number: str) -> None:
    assert check_staff_number(typed) == number


@pytest.mark.parametrize("typed", ["", "12", "X" * 17, "A 4", "山田", "-12", "A\n12", "A12\0", "x" * 100_000])
def test_anything_else_is_no_staff_number(typed: str) -> None:
    with pytest.raises(SuiteError) as caught:
        check_staff_number(typed)
    assert caught.value.code == "AUTH-001"


def test_a_person_is_trimmed_and_spelled_once() -> None:
    assert check_person(Person("a-1", "  山田 花子 ", role="it")) == Person("A-1", "山田 花子", role=Role.IT)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "person",
    [Person("A-1", ""), Person("A-1", " "), Person("A-1", "x" * 101), Person("A-1", "a\nb"),
     Person("A-1", "a", section="\x1b[31m"), Person("A-1", "a", group="g" * 101)],
)  # fmt: skip
def test_a_person_without_a_name_or_with_control_characters_is_refused(person: Person) -> None:
    with pytest.raises(SuiteError) as caught:
        check_person(person)
    assert caught.value.code == "AUTH-002"
