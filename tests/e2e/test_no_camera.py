"""A machine with a screen but no camera: the suite says so and offers the trial."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import Suite

FILE_KEY = '[security]\nsecret_backend = "file-key"\n'


@pytest.mark.skipif(any(Path("/sys/class").glob("video4linux/*")), reason="this machine has a camera")
def test_without_a_camera_the_trial_is_offered_and_opens(suite: Suite) -> None:
    suite.policy(FILE_KEY)
    person = suite.start(trial=False)
    person.sees("ようこそ、まほろばへ")
    person.sees("カメラが見つかりません")
    person.sees_no("体験版（見本の職員とカメラ）")
    person.photographs("offered")
    person.presses("体験版を開く")
    another = suite.another_window()
    another.sees("体験版（見本の職員とカメラ）")
    another.sees("ようこそ、まほろばへ")
