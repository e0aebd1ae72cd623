"""The file server that the contracts of the share are held on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.samba import Samba, running


@pytest.fixture(scope="module")
def samba() -> Iterator[Samba]:
    """A real one, of this file's tests alone; those with more on it begin their own."""
    if reason := Samba.missing():
        pytest.skip(reason)
    with running() as server:
        yield server
