"""When the keyring does not answer: locked, gone half-way, no bus at all."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from core.errors import SuiteError
from core.secrets import KeyringSecrets
from tests.contract.secret_service import missing, secret_service

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or bool(missing()),
    reason="no Secret Service to test with: dbus-daemon or gnome-keyring-daemon not installed",
)


def test_no_bus_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'nothing'}")
    with pytest.raises(SuiteError, match="file-key") as caught:
        KeyringSecrets(tmp_path / "lock")
    assert caught.value.code == "SEC-001"


def test_a_service_that_goes_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with secret_service() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        store = KeyringSecrets(tmp_path / "lock")
        store.set("key", b"x")
    for call in (
        lambda: store.get("key"),
        lambda: store.set("key", b"y"),
        lambda: store.delete("key"),
        lambda: store.create("key", b"z"),
    ):
        with pytest.raises(SuiteError) as caught:
            call()
        assert caught.value.code == "SEC-001"


def test_a_locked_keyring_nobody_can_unlock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a prompt program (a service, a bare terminal) a locked keyring is an error, not a wait."""
    with secret_service() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        store = KeyringSecrets(tmp_path / "lock")
        store.set("key", b"x")
        lock_all(address)
        with pytest.raises(SuiteError) as caught:
            store.get("key")
        assert caught.value.code == "SEC-001"


def lock_all(_address: str) -> None:
    import secretstorage

    connection = secretstorage.dbus_init()
    secretstorage.get_default_collection(connection).lock()
    connection.close()
