"""The fleet over OpenSSH on simulated laptops: drops are named, the others finish, a second run completes."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.liaison import agents_killed
from core.secrets import MemorySecrets
from liaison import bundle, fleet, profile
from liaison.answer import Outcome
from liaison.bundle import Bundle
from liaison.lab_network import NetworkLab, missing, network_lab
from liaison.laptop import Laptop
from liaison.signing import Signer

SHIPPED = Path(profile.__file__).with_name("profiles")
USB = "etc/modprobe.d/mahoroba-usb.conf"

pytestmark = [
    pytest.mark.root,
    pytest.mark.netns,
    pytest.mark.skipif(bool(missing()), reason=missing() or "-"),
]


class Preparer:
    def __init__(self) -> None:
        self.signer = Signer(MemorySecrets())
        self.bundle = self.build()

    def build(self) -> Bundle:
        path = SHIPPED / "liaison.toml"
        small = {"disk": profile.Disk(encrypted=True, min_free_mb=4)}  # the lab's disks are
        loaded = profile.load(path).model_copy(update=small)
        return bundle.build(loaded, path, self.signer, datetime.now(UTC).date())

    def run(self, laptops: list[Laptop], verb: str = "apply", wall: float = 60.0) -> dict[str, Outcome]:
        signers = self.signer.allowed_signers()
        found = fleet.run(verb, self.bundle, signers, laptops, int(time.time()), wall=wall)
        return {outcome.tag: outcome for outcome in found}


@pytest.fixture(scope="module")
def lab() -> Iterator[NetworkLab]:
    with network_lab(8, memory_mb=64) as made:
        yield made


@pytest.fixture
def preparer() -> Preparer:
    return Preparer()


@pytest.fixture
def prepared(lab: NetworkLab, preparer: Preparer) -> Preparer:
    assert all(o.ready for o in preparer.run(lab.laptops).values())
    return preparer


def test_the_second_run_changes_nothing(lab: NetworkLab, prepared: Preparer) -> None:
    again = prepared.run(lab.laptops)
    assert {(o.ready, o.changed) for o in again.values()} == {(True, 0)}


def test_every_seeded_drift_is_found_and_nothing_else(lab: NetworkLab, prepared: Preparer) -> None:
    def edit(tag: str) -> Path:
        return lab.root(tag) / USB

    edit("K01").write_text("x")
    edit("K02").chmod(0o666)
    os.chown(edit("K03"), 1234, 1234)
    (lab.root("K04") / "etc/chromium/policies/managed/extra.json").write_text("{}")
    edit("K05").unlink()
    edit("K05").symlink_to("/etc/passwd")
    with (lab.root("K06") / "etc/passwd").open("a") as file:
        file.write("mallory:x:1500:1500::/:/bin/sh\n")
    found = prepared.run(lab.laptops, "check")
    wrong = {tag: [f.name for f in o.findings if f.state != "ok"] for tag, o in found.items() if not o.ready}
    one = [f"/{USB}"]
    assert wrong == {
        "K01": one,
        "K02": one,
        "K03": one,
        "K04": ["/etc/chromium/policies/managed"],
        "K05": one,
        "K06": ["guest"],
    }
    passwd = lab.root("K06") / "etc/passwd"
    passwd.write_text("".join(r for r in passwd.read_text().splitlines(True) if not r.startswith("mallory")))
    passwd.chmod(0o644)
    assert all(o.ready for o in prepared.run(lab.laptops).values())


def test_a_cut_cable_a_dead_sshd_a_full_disk_and_a_killed_agent(lab: NetworkLab, prepared: Preparer) -> None:
    """Each is named, the other four are ready, and the next run completes them all."""
    for laptop in lab.laptops:  # something to do for everyone
        (lab.root(laptop.tag) / USB).unlink()
    slow = lab.root("K04") / "etc/NetworkManager/system-connections"
    (slow / "stray").write_text("x")
    _fill(lab.disk("K03") / "fill")
    lab.cut("K01")
    lab.kill_sshd("K02")
    with agents_killed(lab.root("K04")):
        found = prepared.run(lab.laptops, wall=30)
    assert sorted(tag for tag, o in found.items() if not o.ready) == ["K01", "K02", "K03", "K04"]
    assert "つながらない" in found["K01"].reason
    assert "つながらない" in found["K02"].reason
    assert "disk full" in found["K03"].reason or "書き込めない" in found["K03"].reason
    assert "途中で" in found["K04"].reason
    assert not (lab.root("K03") / USB).exists()  # nothing half-written
    (lab.disk("K03") / "fill").unlink()
    lab.mend("K01")
    lab.restart_sshd("K02")
    assert all(o.ready for o in prepared.run(lab.laptops).values())


def test_a_laptop_with_another_host_key_is_refused(
    lab: NetworkLab, prepared: Preparer, tmp_path: Path
) -> None:
    (tmp_path / "known").write_text("")
    stranger = replace(lab.laptops[0], known_hosts=tmp_path / "known")
    outcome = prepared.run([stranger])["K01"]
    assert not outcome.ready
    assert "端末の鍵が登録と違います" in outcome.reason


def test_nothing_is_left_behind() -> None:
    with network_lab(2) as made:
        name, folder = made.name, made.folder
    spaces = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
    assert name not in spaces
    assert not folder.exists()
    assert str(folder) not in Path("/proc/self/mountinfo").read_text()


def test_nothing_is_left_behind_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    made = NetworkLab(3)
    monkeypatch.setattr(made, "_wait", lambda: (_ for _ in ()).throw(OSError("no sshd")))
    with pytest.raises(Exception, match="LIAISON-008"):
        made.open()
    assert not made.folder.exists()
    spaces = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
    assert made.name not in spaces


def _fill(path: Path) -> None:
    with path.open("wb") as file:
        try:
            while True:
                file.write(b"\0" * 65536)
        except OSError:
            pass
