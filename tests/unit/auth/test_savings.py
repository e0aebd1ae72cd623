"""Hours saved: counted from what was measured and the old way's seconds, without a name anywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auth.face.actor import ActorCamera
from auth.savings import SignInTimes
from tests.fakes.office import CHIEF, PIN, Office, code_of


def test_seconds_and_prompts_become_hours_of_the_month(tmp_path: Path) -> None:
    times = SignInTimes(tmp_path / "sign-ins.jsonl")
    for _number in range(100):
        times.record(4.0, True)
    times.record(10.0, False)
    (month,) = times.by_month(30, 15)
    assert month.sign_ins == 101
    assert month.seconds == 4.0
    assert month.replaced == 402
    assert abs(month.hours - (100 * 41 + 20) / 3600) < 1e-9
    assert (tmp_path / "sign-ins.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_slow_sign_in_saves_nothing_and_takes_nothing_away(tmp_path: Path) -> None:
    times = SignInTimes(tmp_path / "sign-ins.jsonl")
    times.record(300.0, True)
    assert times.by_month(30, 15)[0].hours == 0


def test_months_are_those_of_japan_and_newest_first(tmp_path: Path) -> None:
    path = tmp_path / "sign-ins.jsonl"
    rows = [
        {"time": time, "seconds": 4, "tickets": False} for time in (1793458799, 1793458800)
    ]  # Oct 31 23:59:59
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + '{"time": 17934\n', "utf-8")
    assert [month.name for month in SignInTimes(path).by_month(30, 15)] == ["2026-11", "2026-10"]


def test_a_disk_that_takes_nothing_does_not_stop_a_sign_in(tmp_path: Path) -> None:
    times = SignInTimes(tmp_path / "gone" / "sign-ins.jsonl")
    times.record(4.0, True)
    assert times.by_month(30, 15) == []


@pytest.mark.timeout(300)
def test_a_face_counts_once_for_the_office_and_a_pin_not_at_all(tmp_path: Path) -> None:
    office = Office(tmp_path)
    assert office.service.create_first_administrator(CHIEF, PIN).accepted
    assert office.enrol(ActorCamera(seed=1)) == "enrolled"
    administration = office.service.administration
    assert administration.hours_saved(30, 15) == []
    assert office.look("IT-001", ActorCamera(seed=1)).accepted
    (month,) = administration.hours_saved(30, 15)
    assert (month.sign_ins, month.replaced) == (1, 2)
    assert office.service.sign_in_pin("IT-001", PIN).accepted
    assert administration.hours_saved(30, 15)[0].sign_ins == 1
    assert code_of(lambda: office.service._client.took(1.0, True, "")) == "AUTH-020", "only after a sign-in"
    office.service.sign_out()
    assert code_of(lambda: administration.hours_saved(30, 15)) == "AUTH-031"
