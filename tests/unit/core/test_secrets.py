"""Which stores are refused, and a key file that others may have read or that is broken."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import stat
from pathlib import Path

import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import SecretService

from core.config import Config
from core.errors import SuiteError
from core.paths import Paths
from core.secrets import FileKeySecrets, KeyringSecrets, MemorySecrets, open_secrets
from tests.unit.core.death import every_death, in_child


class Plaintext(KeyringBackend):
    """What a weak third-party backend looks like."""

    priority = 9  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        raise AssertionError("must not be asked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("must not be given a secret")


class LooksLikeIt(SecretService.Keyring):
    """A subclass may do anything with the secret."""


@pytest.mark.parametrize(
    "backend",
    [
        keyring.backends.chainer.ChainerBackend,
        keyring.backends.fail.Keyring,
        keyring.backends.null.Keyring,
        Plaintext,
        LooksLikeIt,
    ],
)
def test_every_backend_but_the_pinned_ones_is_refused(tmp_path: Path, backend: type[KeyringBackend]) -> None:
    with pytest.raises(SuiteError) as caught:
        KeyringSecrets(tmp_path / "lock", backend())
    assert caught.value.code == "SEC-002"
    assert backend.__qualname__ in caught.value.why


@pytest.mark.parametrize("backend", ["auto", "secret-service"])
def test_without_a_secret_service_nothing_weaker_is_taken(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backend: str
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'nothing'}")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    paths.policy.write_text(f'[security]\nsecret_backend = "{backend}"\n')
    with pytest.raises(SuiteError, match="file-key") as caught:
        open_secrets(Config.load(paths), paths)
    assert caught.value.code == "SEC-001"
    assert list(paths.data.iterdir()) == []


def test_the_key_file_is_chosen_explicitly_and_says_so_loudly(paths: Paths) -> None:
    paths.policy.write_text('[security]\nsecret_backend = "file-key"\n')
    store = open_secrets(Config.load(paths), paths)
    assert isinstance(store, FileKeySecrets)
    assert store.warning is not None
    assert "ファイル" in store.warning
    assert MemorySecrets().warning is None
    store.set("key", b"x")
    for file in paths.data.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "secrets.json"
    FileKeySecrets(file).set("key", b"x")
    return file


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o644, 0o777])
def test_a_file_others_could_read_is_refused(file: Path, mode: int) -> None:
    file.chmod(mode)
    store = FileKeySecrets(file)
    for call in (lambda: store.get("key"), lambda: store.set("key", b"y"), lambda: store.create("new", b"y")):
        with pytest.raises(SuiteError) as caught:
            call()
        assert caught.value.code == "SEC-003"
    file.chmod(0o600)
    assert store.get("key") == b"x"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_owner_is_refused(file: Path) -> None:
    os.chown(file, 65534, -1)
    with pytest.raises(SuiteError) as caught:
        FileKeySecrets(file).get("key")
    assert caught.value.code == "SEC-006"
    assert "sudo -u nobody" in caught.value.next_step


def test_a_link_is_not_followed(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(file)
    with pytest.raises(SuiteError) as caught:
        FileKeySecrets(link).get("key")
    assert caught.value.code == "SEC-004"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b'{"key": 1}',
        b'{"key": "not base64!"}',
        b"\xff",
        b"[" * 100_000,
        b'{"a":"' + b"A" * 10**6,
    ],
)
def test_a_broken_file_is_never_overwritten(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    store = FileKeySecrets(file)
    for call in (lambda: store.get("key"), lambda: store.set("key", b"y"), lambda: store.create("key", b"y")):
        with pytest.raises(SuiteError) as caught:
            call()
        assert caught.value.code == "SEC-004"
    assert file.read_bytes() == content


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    store = FileKeySecrets(tmp_path / "nosuch" / "secrets.json")
    assert store.get("key") is None
    with pytest.raises(SuiteError) as caught:
        store.set("key", b"x")
    assert caught.value.code == "SEC-005"


def test_a_full_disk_keeps_the_old_keys(file: Path) -> None:
    def work() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
        with pytest.raises(SuiteError) as caught:
            FileKeySecrets(file).set("key", b"y")
        assert caught.value.code == "SEC-005"

    assert in_child(work) == 0
    assert FileKeySecrets(file).get("key") == b"x"


def test_a_kill_at_any_line_keeps_the_old_key_or_the_new(file: Path, tmp_path: Path) -> None:
    original = tmp_path / "original"
    shutil.copy(file, original)
    seen = set()
    for line in every_death(
        lambda: shutil.copy(original, file) and None, lambda: FileKeySecrets(file).set("key", b"y")
    ):
        value = FileKeySecrets(file).get("key")
        assert value in (b"x", b"y"), line
        seen.add(value)
    assert seen == {b"x", b"y"}


def test_what_is_written_is_only_what_was_given(file: Path) -> None:
    assert json.loads(file.read_text()) == {"key": "eA=="}
