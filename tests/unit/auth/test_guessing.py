"""A thousand guesses of a PIN, in parallel and with the clock moved, get five hearings."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from core.errors import SuiteError
from tests.fakes.office import CHIEF, PIN, Office, code_of


def test_a_thousand_pins_in_parallel_with_the_clock_moved_get_five_hearings(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.service.create_first_administrator(CHIEF, PIN)
    office.start()
    kept: list[str] = []

    def guess(number: int) -> bool:
        if number % 100 == 99:
            office.clock.time -= 86_400  # a clock set back makes a wait longer, never shorter
        try:
            return office.service._client.pin("IT-001", f"{number:06}", None).accepted
        except SuiteError as error:
            kept.append(error.code)
            return False

    with ThreadPoolExecutor(8) as pool:
        assert not any(pool.map(guess, range(1000)))
    assert kept == ["LOCK-001"] * 995
    assert code_of(lambda: office.service.sign_in_pin("IT-001", PIN)) == "LOCK-001"
