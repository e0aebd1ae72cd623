"""What is given back to the system is really gone, and comes back to whoever needs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import cv2, numpy
from desktop.ui import memory

def resident():
    rows, found = 0, False
    for line in open("/proc/self/smaps"):
        if not line[:1].isupper():
            found = "cv2.abi3.so" in line and " r-xp " in line
        elif found and line.startswith("Rss:"):
            rows += int(line.split()[1])
    return rows

picture = numpy.random.default_rng(1).integers(0, 255, (48, 64, 3), numpy.uint8)
small = lambda: cv2.resize(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), (16, 12)).tobytes()
memory.stay_small()
before, first = resident(), small()
memory.give_back()
after = resident()
assert 0 <= after < before / 4, (before, after)
assert small() == first
assert resident() > after
memory.give_back()
assert small() == first
print("whole")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_code_that_was_given_back_runs_again() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("whole\n", "")
