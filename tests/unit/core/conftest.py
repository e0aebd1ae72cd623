"""Where the kernel's files lie in a test: below its private home."""

from __future__ import annotations

import pytest

from core.paths import Paths


@pytest.fixture
def paths() -> Paths:
    return Paths.from_environment()
