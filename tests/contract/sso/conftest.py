"""One realm for all tests of this folder: from nothing in seconds, and nothing of it left behind."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from installer.realm import command, directory
from installer.realm.layout import Layout


def realm_missing() -> str:
    """Why no realm can stand here; empty if it can."""
    if os.geteuid() != 0:
        return "a realm needs root for its well-known ports"
    lacking = directory.missing()
    return f"a realm needs {' '.join(lacking)}" if lacking else ""


@pytest.fixture(scope="session")
def realm() -> Iterator[Layout]:
    """Not below pytest's own folder: the proxy's user could not enter it, and sockets' names are short."""
    if reason := realm_missing():
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="realm-"))
    try:
        yield command.up(folder)
    finally:
        command.down(folder)
