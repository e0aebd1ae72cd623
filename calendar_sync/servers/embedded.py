"""The server that the suite brings along where the office has none: started on demand, gone when the suite
is."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path

from calendar_sync.remote import Credential, Remote
from calendar_sync.servers.radicale_auth import AppPasswords
from core.errors import SuiteError
from core.i18n import _
from core.secrets import SecretStore

THIS_MACHINE = "まほろば（この端末）"


class EmbeddedServer:
    """One child process. Safe from any thread."""

    def __init__(self, folder: Path, secrets: SecretStore) -> None:
        self._folder, self._secrets = folder, secrets
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""
        self.passwords = AppPasswords(folder / "devices.db")

    def start(self) -> str:
        """The server's address, started if it does not run. SuiteError CAL-020 when it does not start."""
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                return self.url
            command = [sys.executable, "-P", "-m", "calendar_sync.servers.radicale_server", str(self._folder)]
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            )
            assert self._process.stdout is not None  # noqa: S101 - it is a pipe
            line = self._process.stdout.readline().strip()  # ends empty, not never, when the child dies
            if not line.isdigit():
                raise _did_not_start()
            self.url = f"http://127.0.0.1:{int(line)}/"
            return self.url

    def stop(self) -> None:
        with self._lock:
            if self._process is not None:
                process, self._process = self._process, None
                process.terminate()
                process.wait(5)
                for pipe in (process.stdin, process.stdout):
                    if pipe is not None:
                        pipe.close()

    def credential(self, user: str) -> Credential:
        """This machine's own app password for ``user``, made at its first use and kept in the secret
        store."""
        name = secret_name(user)
        kept = self._secrets.get(name)
        if kept is not None and self.passwords.check(user, kept.decode()):
            return Credential(user, kept.decode())
        password = self.passwords.issue(user, THIS_MACHINE)
        self._secrets.set(name, password.encode())
        return Credential(user, password)

    def remote(self, user: str) -> Remote:
        """A connection for ``user`` to the running server."""
        return Remote(self.start(), self.credential(user))


def secret_name(user: str) -> str:
    """Where the app password of ``user`` lies; a staff number may have characters that a secret's name may
    not."""
    return f"calendar.{hashlib.sha256(user.encode()).hexdigest()[:16]}"


def _did_not_start() -> SuiteError:
    return SuiteError(
        _("予定のサーバーを始められません。"),
        _("この端末のサーバーが応答しません。"),
        _("予定は見られ、変更もできます。アプリを開き直しても続くときは、情報担当に連絡してください。"),
        "CAL-020",
    )
