import pytest

from auth.pin import Pins, check_new_pin
from core.errors import SuiteError


@pytest.mark.parametrize(
    "pin",
    ["0000", "1234", "9876", "7890", "1212", "123123", "777777", "1990", "1123",
     "19850317", "850317", "4021", "1204", "90123"],
)  # fmt: skip
def test_a_pin_that_is_guessed_first_is_refused(pin: str) -> None:
    with pytest.raises(SuiteError) as caught:
        check_new_pin(pin, "A4021", 4)
    assert caught.value.code == "PIN-002"


@pytest.mark.parametrize("pin", ["123", "", "12a4", "1234", "９１７３", "9" * 65, "-917", "9 173"])
def test_a_pin_of_the_wrong_form_is_refused(pin: str) -> None:
    with pytest.raises(SuiteError) as caught:
        check_new_pin(pin, "X9", 5)
    assert caught.value.code == "PIN-001"


@pytest.mark.parametrize("pin", ["9173", "582047", "40218573", "3690481"])
def test_a_pin_nobody_expects_is_taken(pin: str) -> None:
    check_new_pin(pin, "A4021" if pin != "40218573" else "B77", 4)


def test_only_the_right_pin_verifies(pins: Pins) -> None:
    stored = pins.hash("917358", "A4021", 6)
    assert pins.verify(stored, "917358")
    assert not pins.verify(stored, "917359")
    assert not pins.verify(stored, "")
    assert not pins.verify(stored, "9" * 100_000)
    assert "917358" not in stored


def test_without_a_stored_pin_nothing_verifies(pins: Pins) -> None:
    assert not pins.verify(None, "917358")
    assert not pins.verify("", "917358")
    assert not pins.verify(None, "")
    assert not pins.verify("", "")


def test_a_damaged_hash_says_so_and_lets_nobody_in(pins: Pins) -> None:
    with pytest.raises(SuiteError) as caught:
        pins.verify("$argon2id$damaged", "917358")
    assert caught.value.code == "PIN-003"


def test_the_shipped_hash_is_argon2id_with_at_least_the_recommended_memory() -> None:
    stored = Pins().hash("917358", "A4021", 6)
    assert stored.startswith("$argon2id$v=19$m=47104,t=3,p=1$")
