"""A fresh clone on a machine with only python3 and git: both commands of the README set everything up."""

from __future__ import annotations

import contextlib
import json
import subprocess
from pathlib import Path

import pytest

from tests.long.bare_machine import BareMachine, why_not

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(4000),
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "-"),
]
SET_UP_AND_RUN = 1200
SET_UP_AND_TEST = 3000
"""Seconds; bounds for a machine that others use too, not promises."""
START = 15
"""Seconds within which a command that has nothing left to set up must have done its small work."""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> BareMachine:
    return BareMachine(tmp_path_factory.mktemp("bare") / "machine")


def test_without_rights_the_one_line_for_the_administrator_is_shown(machine: BareMachine) -> None:
    done = machine.run("setpriv --reuid=65534 --clear-groups ./mahoroba run", START)
    assert done.returncode == 1
    (line,) = (each.strip() for each in done.stdout.splitlines() if "apt-get" in each)
    assert line.startswith("sudo apt-get install -y --no-install-recommends ")
    assert {"libegl1", "xvfb", "python3-venv"} <= set(line.split())


def test_set_up_cut_off_anywhere_heals_at_the_next_run(machine: BareMachine) -> None:
    for seconds in (4, 9, 16):  # among the system packages, between, among the Python packages
        with contextlib.suppress(subprocess.TimeoutExpired):
            machine.run("./mahoroba run", seconds)
    done = machine.run("./mahoroba run", SET_UP_AND_RUN)
    assert done.returncode == 0, done.stdout[-4000:]
    summary = json.loads((machine.clone / "out" / "summary.json").read_text(encoding="utf-8"))
    assert summary["held"] is True
    assert all(
        Path(machine.clone / "out" / step["screenshot"]).stat().st_size > 0 for step in summary["steps"]
    )


def test_two_at_once_share_one_set_up(machine: BareMachine) -> None:
    both = "./mahoroba demo --help & first=$!; ./mahoroba demo --help && wait $first"
    done = machine.run(f"rm -rf .venv; {both}", SET_UP_AND_RUN)
    assert done.returncode == 0, done.stdout[-4000:]
    assert done.stdout.count("preparing the Python environment") == 1, done.stdout


def test_staff_run_what_the_administrator_set_up(machine: BareMachine) -> None:
    done = machine.run("setpriv --reuid=65534 --clear-groups env HOME=/tmp ./mahoroba demo --help", 60)
    assert done.returncode == 0, done.stdout[-4000:]


def test_the_second_run_needs_no_network(machine: BareMachine) -> None:
    done = machine.run("./mahoroba demo --help", START, network=False)
    assert done.returncode == 0, done.stdout[-4000:]
    done = machine.run("rm -rf out && ./mahoroba run", 300, network=False)
    assert done.returncode == 0, done.stdout[-4000:]
    assert (machine.clone / "out" / "summary.json").exists()


def test_the_tests_set_up_what_they_need_and_pass(machine: BareMachine) -> None:
    done = machine.run("./mahoroba test", SET_UP_AND_TEST)
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout.splitlines()[-1]


def test_the_tests_start_again_without_network(machine: BareMachine) -> None:
    done = machine.run("./mahoroba test --collect-only", 60, network=False)
    assert done.returncode == 0, done.stdout[-4000:]
    done = machine.run("./mahoroba test tests/unit/installer", 60, network=False)
    assert done.returncode == 0, done.stdout[-4000:]
