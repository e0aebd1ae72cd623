"""What a program without a window stands on: the settings, keys, trail and clock of its home."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from auth.register import SqlRegister, open_register
from core import log
from core.audit import AuditLog
from core.config import Config
from core.paths import Paths
from core.secrets import SecretStore, open_secrets


class ServerClock:
    """Seconds since the epoch, by the server's clock: its administrators keep it (NTP)."""

    def now(self) -> float:
        return time.time()


@dataclass(frozen=True)
class House:
    config: Config
    paths: Paths
    secrets: SecretStore
    audit: AuditLog
    clock: ServerClock

    @classmethod
    def open(cls) -> House:
        paths = Paths.from_environment()
        log.configure(paths)
        config = Config.load(paths)
        secrets = open_secrets(config, paths)
        return cls(config, paths, secrets, AuditLog(paths.data / "audit.db", secrets), ServerClock())

    def register(self) -> SqlRegister:
        return open_register(self.config.servers.database, self.paths.data / "auth.db")


def address_of(text: str) -> tuple[str, int]:
    """``HOST:PORT``; ValueError for anything else."""
    host, _colon, port = text.rpartition(":")
    return host.strip("[]") or "127.0.0.1", int(port)


def read_small(path: Path, longest: int = 20_000) -> bytes:
    with path.open("rb") as file:
        return file.read(longest)
