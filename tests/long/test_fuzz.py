"""Every parser of what others wrote, with bytes nobody meant: it answers or says no in its own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.fuzz import NAMES, finds, targets

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]


@pytest.mark.parametrize("name", NAMES)
def test_a_parser_answers_or_refuses_in_its_own_words(name: str, tmp_path: Path) -> None:
    found = finds(targets(tmp_path)[name], 20_000, seed=20_261_126)
    assert [(what, data[:200]) for what, data in found] == []


def test_every_target_is_tried(tmp_path: Path) -> None:
    assert tuple(targets(tmp_path)) == NAMES
