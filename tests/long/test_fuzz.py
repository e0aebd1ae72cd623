"""Every parser of what others wrote, with bytes nobody meant: it answers or says no in its own words."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.fuzz import finds
from tests.fakes.fuzz_targets import NAMES, targets

pytestmark = pytest.mark.timeout(1800)
SEED = 20_261_126
ROUNDS = {"workbook": 3_000, "workbook filled in": 3_000, "workbook in the limited child": 1_500}
"""The others: 20,000; these open a file with many parts."""
SECONDS = os.environ.get("MAHOROBA_FUZZ_SECONDS")
"""How long the guided fuzzer looks at each parser; unset: as many runs as chance gets, always the same."""


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_a_parser_answers_or_refuses_in_its_own_words(name: str, tmp_path: Path) -> None:
    found = finds(targets(tmp_path)[name], ROUNDS.get(name, 20_000), SEED)
    assert [(what, data[:200]) for what, data in found] == []


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_guided_by_what_each_input_reaches(name: str, tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris has no wheel for this machine")
    bound = f"-max_total_time={SECONDS}" if SECONDS else f"-runs={ROUNDS.get(name, 20_000)}"
    done = subprocess.run(
        [sys.executable, "-m", "tests.fakes.fuzz_guided", name, tmp_path, f"-seed={SEED}",
         "-max_len=16384", "-timeout=60", bound],
        capture_output=True, text=True, errors="replace", check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    counted = re.search(r"^Done (\d+) runs|(?<=stat::number_of_executed_units: )\d+", done.stderr, re.M)
    print(f"{name}: {counted[0] if counted else '-'}")
    found = [path.read_bytes()[:200] for path in (tmp_path / "finds").iterdir()]
    assert (done.returncode, found) == (0, []), done.stdout[-3000:] + done.stderr[-3000:]
    assert counted, "it ran to its end"


def test_every_target_is_tried(tmp_path: Path) -> None:
    """In every run: a parser that has moved is not silently left out until the next long one."""
    assert tuple(targets(tmp_path)) == NAMES
