"""What several tests of the share stand on: one limited child for all, and each module's own desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sharefolder.documents.sandbox import Sandbox


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


@pytest.fixture
def desk(request: pytest.FixtureRequest, tmp_path: Path, sandbox: Sandbox) -> Any:
    """The module's ``Desk`` in a folder of its own."""
    return request.module.Desk(tmp_path, sandbox)
