"""One contract for every secret store: memory, key file, and a real gnome-keyring on a private D-Bus."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.secrets import MAX_BYTES, FileKeySecrets, KeyringSecrets, MemorySecrets, SecretStore, get_or_create
from tests.contract.secret_service import missing, secret_service


@pytest.fixture(scope="module")
def bus() -> Iterator[str]:
    if sys.platform == "win32" or missing():
        pytest.skip(f"no Secret Service to test with: {', '.join(missing())} not installed")
    with secret_service() as address:
        yield address


class SecretsContract:
    """What every adapter keeps to. ``store`` is fresh; ``again`` opens the same place a second time."""

    @pytest.fixture
    def store(self) -> SecretStore:
        raise NotImplementedError

    def again(self, store: SecretStore) -> SecretStore:
        raise NotImplementedError

    def test_what_is_not_there_is_none(self, store: SecretStore) -> None:
        assert store.get("nothing") is None
        store.delete("nothing")

    @pytest.mark.parametrize("value", [b"\x00", b"\xff" * MAX_BYTES, bytes(range(256)), "鍵".encode()])
    def test_bytes_come_back_as_they_were(self, store: SecretStore, value: bytes) -> None:
        store.set("key", value)
        assert store.get("key") == value
        assert self.again(store).get("key") == value

    def test_the_last_value_counts(self, store: SecretStore) -> None:
        store.set("key", b"one")
        store.set("key", b"two")
        assert self.again(store).get("key") == b"two"

    def test_names_do_not_meet(self, store: SecretStore) -> None:
        store.set("template-key", b"a")
        store.set("template-key.2", b"b")
        assert (store.get("template-key"), store.get("template-key.2")) == (b"a", b"b")
        store.delete("template-key")
        assert (store.get("template-key"), store.get("template-key.2")) == (None, b"b")

    def test_deleted_is_gone(self, store: SecretStore) -> None:
        store.set("key", b"x")
        store.delete("key")
        assert self.again(store).get("key") is None

    def test_create_never_replaces(self, store: SecretStore) -> None:
        assert store.create("key", b"first") == b"first"
        assert self.again(store).create("key", b"second") == b"first"
        assert store.get("key") == b"first"

    def test_a_key_is_made_once(self, store: SecretStore) -> None:
        key = get_or_create(store, "template-key", 32)
        assert len(key) == 32
        assert get_or_create(self.again(store), "template-key", 32) == key
        assert get_or_create(store, "other-key", 32) != key

    def test_threads_get_the_same_key(self, store: SecretStore) -> None:
        keys: list[bytes] = []
        start = threading.Barrier(4)

        def work() -> None:
            mine = self.again(store)
            start.wait(10)
            keys.append(get_or_create(mine, "race", 32))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len(keys) == 4
        assert set(keys) == {store.get("race")}

    @pytest.mark.parametrize("name", ["", "a b", "../x", "名前", "x" * 65, "a/b", "a\n"])
    def test_odd_names_are_refused(self, store: SecretStore, name: str) -> None:
        for call in (lambda: store.get(name), lambda: store.set(name, b"x"), lambda: store.delete(name)):
            with pytest.raises(ValueError, match="name"):
                call()

    @pytest.mark.parametrize("value", [b"", b"x" * (MAX_BYTES + 1)])
    def test_empty_and_large_values_are_refused(self, store: SecretStore, value: bytes) -> None:
        for call in (store.set, store.create):
            with pytest.raises(ValueError, match="bytes"):
                call("key", value)
        assert store.get("key") is None


class TestMemorySecrets(SecretsContract):
    @pytest.fixture
    def store(self) -> SecretStore:
        return MemorySecrets()

    def again(self, store: SecretStore) -> SecretStore:
        return store


class TestFileKeySecrets(SecretsContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> SecretStore:
        self.path = tmp_path / "secrets.json"
        return FileKeySecrets(self.path)

    def again(self, store: SecretStore) -> SecretStore:
        return FileKeySecrets(self.path)


class TestSecretService(SecretsContract):
    """gnome-keyring, through keyring and SecretStorage, over D-Bus."""

    @pytest.fixture
    def store(self, bus: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SecretStore:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus)
        self.lock = tmp_path / "lock"
        store = KeyringSecrets(self.lock)
        for name in ("key", "template-key", "template-key.2", "other-key", "race"):
            store.delete(name)
        return store

    def again(self, store: SecretStore) -> SecretStore:
        return KeyringSecrets(self.lock)

    def test_another_program_reads_it(self, store: SecretStore, bus: str) -> None:
        store.set("key", b"shared")
        script = (
            "from core.secrets import KeyringSecrets; from pathlib import Path; import sys\n"
            "sys.stdout.buffer.write(KeyringSecrets(Path(sys.argv[1])).get('key'))"
        )
        found = subprocess.run(
            [sys.executable, "-c", script, str(self.lock)],
            env={**os.environ, "DBUS_SESSION_BUS_ADDRESS": bus},
            capture_output=True,
            check=True,
        )
        assert found.stdout == b"shared"

    def test_a_variable_does_not_redirect_it(
        self, store: SecretStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store.set("key", b"mine")
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        monkeypatch.setenv(
            "KEYRING_PROPERTY_PREFERRED_COLLECTION", "/org/freedesktop/secrets/collection/other"
        )
        monkeypatch.setenv("KEYRING_PROPERTY_SCHEME", "KeePassXC")
        assert self.again(store).get("key") == b"mine"
