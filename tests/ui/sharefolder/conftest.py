"""The page 共有フォルダ, open on the sample share: a real folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.events import Events
from sharefolder.sample import move_in
from sharefolder.service import ShareService
from tests.ui.conftest import Office
from tests.ui.sharefolder.page import bring


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trial's share, made once."""
    home = tmp_path_factory.mktemp("sample")
    service = ShareService(home, Events(), lambda: "")
    move_in(service, home)
    service.close()
    return home / "sample"


@pytest.fixture
def sample(office: Office, made: Path) -> Office:
    """The sample share is there and the page is open."""
    bring(office, made)
    office.signed_in()
    office.services.go("sharefolder")
    office.settle()
    return office
