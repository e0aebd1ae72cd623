"""Every parser of what others wrote, with bytes nobody meant: it answers or says no in its own words."""

from __future__ import annotations

import pytest

from tests.fakes.fuzz import finds, targets

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]
TARGETS = targets()


@pytest.mark.parametrize("name", TARGETS)
def test_a_parser_answers_or_refuses_in_its_own_words(name: str) -> None:
    found = finds(TARGETS[name], 20_000, seed=20_261_126)
    assert [(what, data[:200]) for what, data in found] == []
