"""Where keys lie: the system's secret service, or a file that an administrator has explicitly allowed.

The keyring library is used with one backend chosen here. Left to choose, it may take a weaker one silently.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from core.config import Config
from core.errors import SuiteError
from core.files import exclusive, write_atomically
from core.i18n import _
from core.paths import Paths

if TYPE_CHECKING:  # keyring is imported by who uses it: it costs a tenth of a second
    from keyring.backend import KeyringBackend

MAX_BYTES = 1024  # Windows keeps at most 2560 bytes of UTF-16 in one credential
_SERVICE = "mahoroba"
_PINNED = {
    ("keyring.backends.SecretService", "Keyring"),
    ("keyring.backends.Windows", "WinVaultKeyring"),
}


class SecretStore(Protocol):
    """Small named secrets of this person on this machine. Errors are SuiteErrors SEC-001 … SEC-006."""

    @property
    def warning(self) -> str | None:
        """A sentence to show for as long as this store is in use."""

    def get(self, name: str) -> bytes | None: ...

    def set(self, name: str, value: bytes) -> None: ...

    def delete(self, name: str) -> None:
        """Forget it; fine when it is not there."""

    def create(self, name: str, value: bytes) -> bytes:
        """Keep ``value`` unless ``name`` has one; return what is kept. Atomic between processes."""


def get_or_create(store: SecretStore, name: str, nbytes: int) -> bytes:
    """The key ``name``, made of ``nbytes`` random bytes at its first use."""
    existing = store.get(name)
    return existing if existing is not None else store.create(name, secrets.token_bytes(nbytes))


def open_secrets(config: Config, paths: Paths) -> SecretStore:
    """The store that ``security.secret_backend`` names. Never falls back to a weaker one by itself.

    SuiteError SEC-001 when no secret service answers: the policy may then say ``file-key`` explicitly.
    """
    if config.security.secret_backend == "file-key":  # noqa: S105 - the name of a setting
        return FileKeySecrets(paths.data / "secrets.json")
    return KeyringSecrets(paths.state / "secrets.lock")


class MemorySecrets:
    """Forgets everything with the process: for tests."""

    warning: str | None = None

    def __init__(self) -> None:
        self._values: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        return self._values.get(_checked_name(name))

    def set(self, name: str, value: bytes) -> None:
        self._values[_checked_name(name)] = _checked(value)

    def delete(self, name: str) -> None:
        self._values.pop(_checked_name(name), None)

    def create(self, name: str, value: bytes) -> bytes:
        return self._values.setdefault(_checked_name(name), _checked(value))


class FileKeySecrets:
    """A file of mode 0600: whoever reads the person's files has the keys. Said loudly, chosen explicitly."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def warning(self) -> str | None:
        return _(
            "鍵がファイルに置かれています。この端末のディスクを読める人は鍵も読めます（設定: file-key）。"
        )

    def get(self, name: str) -> bytes | None:
        return self._read().get(_checked_name(name))

    def set(self, name: str, value: bytes) -> None:
        self._change(_checked_name(name), _checked(value))

    def delete(self, name: str) -> None:
        self._change(_checked_name(name), None)

    def create(self, name: str, value: bytes) -> bytes:
        return self._change(_checked_name(name), _checked(value), only_if_new=True)

    def _change(self, name: str, value: bytes | None, only_if_new: bool = False) -> bytes:
        try:
            with exclusive(self._path.with_suffix(".lock")):
                values = self._read()
                if only_if_new and name in values:
                    return values[name]
                values.pop(name, None)
                if value is not None:
                    values[name] = value
                encoded = {key: base64.b64encode(kept).decode() for key, kept in values.items()}
                write_atomically(self._path, json.dumps(encoded, indent=1).encode())
                return value or b""
        except OSError as error:
            raise _unwritable() from error

    def _read(self) -> dict[str, bytes]:
        try:
            descriptor = os.open(self._path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise _damaged(self._path) from error
        with os.fdopen(descriptor, "rb") as file:
            _check_private(os.fstat(file.fileno()), self._path)
            content = file.read(1_000_001)
        try:
            values = json.loads(content)
            return {str(key): base64.b64decode(kept, validate=True) for key, kept in values.items()}
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise _damaged(self._path) from error


class KeyringSecrets:
    """The Secret Service (Linux) or the Credential Manager (Windows) through the keyring library."""

    warning: str | None = None

    def __init__(self, lock: Path, backend: KeyringBackend | None = None) -> None:
        """``lock``: a file that serialises ``create`` between processes. SuiteError SEC-002 for any backend
        but the two pinned ones (chainer, fail, plaintext, …), SEC-001 when the service does not answer."""
        self._lock = lock
        self._backend = backend if backend is not None else _system_backend()
        kind = type(self._backend)
        if (kind.__module__, kind.__qualname__) not in _PINNED:
            raise _refused_backend(f"{kind.__module__}.{kind.__qualname__}")
        vars(self._backend).clear()  # KEYRING_PROPERTY_* variables must not redirect it to another collection
        self.get("probe")

    def get(self, name: str) -> bytes | None:
        _checked_name(name)
        with _answering():
            text = self._backend.get_password(_SERVICE, name)
            return None if text is None else base64.b64decode(text, validate=True)

    def set(self, name: str, value: bytes) -> None:
        _checked_name(name)
        text = base64.b64encode(_checked(value)).decode()
        with _answering():
            self._backend.set_password(_SERVICE, name, text)

    def delete(self, name: str) -> None:
        from keyring.errors import PasswordDeleteError

        _checked_name(name)
        with _answering(), suppress(PasswordDeleteError):  # it was not there
            self._backend.delete_password(_SERVICE, name)

    def create(self, name: str, value: bytes) -> bytes:
        try:
            with exclusive(self._lock):
                existing = self.get(name)
                if existing is not None:
                    return existing
                self.set(name, value)
                return value
        except OSError as error:
            raise _unwritable() from error


@contextmanager
def _answering() -> Iterator[None]:
    """Each backend raises its own family of errors (secretstorage, D-Bus, Win32): one for all of them."""
    try:
        yield
    except Exception as error:
        raise _unreachable() from error


def _system_backend() -> KeyringBackend:
    if sys.platform == "win32":
        from keyring.backends.Windows import WinVaultKeyring as Pinned
    else:
        from keyring.backends.SecretService import Keyring as Pinned
    return Pinned()  # type: ignore[no-untyped-call]


def _checked_name(name: str) -> str:
    if not (0 < len(name) <= 64 and name.isascii() and name.replace("-", "").replace(".", "").isalnum()):
        raise ValueError("a secret's name is 1-64 letters, digits, dots, hyphens")
    return name


def _checked(value: bytes) -> bytes:
    if not 0 < len(value) <= MAX_BYTES:
        raise ValueError(f"a secret has 1-{MAX_BYTES} bytes")
    return bytes(value)


def _check_private(status: os.stat_result, path: Path) -> None:
    if sys.platform == "win32":
        return  # access lists, not modes: the profile folder is the person's own
    if status.st_uid != os.geteuid():
        raise _of_another(status.st_uid, path)
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise SuiteError(
            _("鍵を読めません。"),
            _("「{name}」をほかの人も読める状態です（0600 ではありません）。").format(name=path.name),
            _("情報担当に連絡してください。鍵が読まれたおそれがあります。"),
            "SEC-003",
        )


def _of_another(uid: int, path: Path) -> SuiteError:
    """No leak: whoever asks is not whose keys they are."""
    return SuiteError(
        _("鍵を読めません。"),
        _("「{name}」は、ほかの利用者（{owner}）のものです。").format(name=path.name, owner=_account(uid)),
        _("sudo -u {owner} を付けて、その利用者で実行してください。").format(owner=_account(uid)),
        "SEC-006",
    )


def _account(uid: int) -> str:
    if sys.platform != "win32":
        import pwd

        with suppress(KeyError):
            return pwd.getpwuid(uid).pw_name
    return f"#{uid}"


def _damaged(path: Path) -> SuiteError:
    return SuiteError(
        _("鍵を読めません。"),
        _("「{name}」が壊れているか、開けません。").format(name=path.name),
        _("ファイルに触れずに、情報担当に連絡してください。"),
        "SEC-004",
    )


def _unwritable() -> SuiteError:
    return SuiteError(
        _("鍵を保存できませんでした。"),
        _("鍵の置き場所に書き込めません。"),
        _("ディスクの空きと権限を確かめるか、情報担当に連絡してください。"),
        "SEC-005",
    )


def _unreachable() -> SuiteError:
    return SuiteError(
        _("鍵を読み書きできません。"),
        _("この端末の鍵の保管庫（キーリング）が応答しないか、ロックされています。"),
        _("キーリングのロックを解除してください。ない端末では情報担当がポリシーで file-key を選べます。"),
        "SEC-001",
    )


def _refused_backend(name: str) -> SuiteError:
    return SuiteError(
        _("鍵を読み書きできません。"),
        _("安全を確かめていない保管方法です（{name}）。").format(name=name),
        _("情報担当に連絡してください。"),
        "SEC-002",
    )
