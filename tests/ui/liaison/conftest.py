"""The page of the liaison laptops, open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ui.conftest import Office


@pytest.fixture
def liaison(office: Office) -> Iterator[Office]:
    """On the page, with three simulated laptops."""
    window = office.signed_in()
    office.services.liaison.move_in_trial(3)
    window.resize(1280, 800)
    office.services.go("liaison")
    office.settle()
    yield office
    office.services.auth.sign_out()  # what waits for a quiet moment of the session waits no longer
