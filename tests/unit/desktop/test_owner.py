"""Root works on a server's home as the account it belongs to: keys open, nothing of root's is left."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.audit import AuditLog
from core.secrets import FileKeySecrets

ROOT = Path(__file__).resolve().parents[3]
ACCOUNT = 54_321  # nobody's
POLICY = '[security]\nsecret_backend = "file-key"\n'
COMMANDS = """
import gc, os, sys
from pathlib import Path
from desktop.__main__ import main
warm, home, out = map(Path, sys.argv[1:])
def all_of(folder, out):
    os.environ["MAHOROBA_HOME"] = str(folder)
    assert main(["backup", "take", str(out)]) == 0
    (taken,) = out.glob("mahoroba-*")
    gc.collect()  # each command is a process of its own, else
    assert main(["backup", "restore", str(taken)]) == 0
    assert main(["audit", "verify"]) == 0
    gc.collect()
all_of(warm, warm.with_name("warm-out"))  # the account cannot read where Python lies on this machine
assert os.geteuid() == 0, "root's own home is worked on as root"
all_of(home, out)
assert os.getresuid() == (54321,) * 3 and os.getresgid() == (54321,) * 3 and os.getgroups() in ([], [54321])
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """One that other accounts may pass through."""
    with tempfile.TemporaryDirectory(prefix="mahoroba-owner-") as name:
        os.chmod(name, 0o711)  # noqa: S103
        yield Path(name)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can become somebody else")
def test_root_backs_up_verifies_and_restores_a_servers_home_as_its_owner(place: Path) -> None:
    for name in ("warm", "home"):
        folder = place / name
        for part in ("data", "config", "cache", "state"):
            (folder / part).mkdir(parents=True, mode=0o700)
        (folder / "policy.toml").write_text(POLICY)
        trail = AuditLog(folder / "data" / "audit.db", FileKeySecrets(folder / "data" / "secrets.json"))
        trail.append("sign-in.accepted", actor="K1")
        trail._connections.close()
    home, out = place / "home", place / "out"
    out.mkdir(mode=0o700)
    for path in (out, home, *home.rglob("*")):
        os.chown(path, ACCOUNT, ACCOUNT)
    done = subprocess.run(
        [sys.executable, "-c", COMMANDS, str(place / "warm"), str(home), str(out)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    owners = {path.stat().st_uid for root in (home, out) for path in root.rglob("*")}
    assert owners == {ACCOUNT}
    assert (home / "data" / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert list(home.glob("data.before-restore-*"))
