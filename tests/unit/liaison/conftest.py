"""One preparer, one bundle of the shipped profile, and a folder that stands in for a laptop."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.events import Events
from core.secrets import MemorySecrets
from liaison import bundle, profile
from liaison.bundle import Bundle
from liaison.lab import make_laptop
from liaison.service import LiaisonService
from liaison.signing import Signer

SHIPPED = Path(profile.__file__).with_name("profiles")
TODAY = datetime.now(UTC).date()


@dataclass
class Said:
    """What an agent printed, and its exit code."""

    code: int
    rows: list[dict[str, Any]]
    last: dict[str, Any] = field(default_factory=dict)

    def not_ok(self) -> dict[str, str]:
        return {row["name"]: row["evidence"] for row in self.rows if row["state"] != "ok"}


class Bench:
    """Builds bundles and runs the agent on folders as the fleet does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.signer = Signer(MemorySecrets())
        self.root = folder / "laptop"
        make_laptop(self.root)
        self.signers = folder / "signers"
        self.signers.write_text(self.signer.allowed_signers())

    def build(self, name: str = "liaison", **changes: object) -> Bundle:
        path = SHIPPED / f"{name}.toml"
        loaded = profile.load(path).model_copy(update=changes)
        return bundle.build(loaded, path, self.signer, TODAY)

    def unpack(self, made: Bundle) -> Path:
        target = self.folder / f"bundle-{made.id[:8]}"
        target.mkdir(exist_ok=True)
        subprocess.run(["tar", "-xf", "-", "-C", str(target)], input=made.tar, check=True)
        return target

    def agent(self, verb: str, unpacked: Path, *extra: str, now: int | None = None) -> Said:
        command = [
            "sh",
            str(unpacked / "agent.sh"),
            verb,
            "-k",
            str(self.signers),
            "-r",
            str(self.root),
            "-o",
        ]
        command += ["-n", str(now or int(time.time())), *extra, str(unpacked)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.stderr == ""
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return Said(done.returncode, [line for line in lines if "step" in line], lines[-1])


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def service(tmp_path: Path) -> LiaisonService:
    made = LiaisonService(tmp_path / "liaison", MemorySecrets(), Events(), lambda: "K100234")
    made.move_in_trial(3)
    return made


Quiet = Callable[..., None]


@pytest.fixture
def quiet() -> Quiet:
    return lambda *_words: None
