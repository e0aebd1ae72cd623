"""The agent on a folder: converges, changes nothing twice, finds every drift, never leaves its root."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.unit.liaison.conftest import Bench

USB = "etc/modprobe.d/mahoroba-usb.conf"


def test_first_run_makes_ready_and_second_changes_nothing(bench: Bench) -> None:
    unpacked = bench.unpack(bench.build())
    first = bench.agent("apply", unpacked)
    assert (first.code, first.not_ok()) == (0, {})
    assert first.last["ready"] is True
    assert first.last["changed"] > 40
    second = bench.agent("apply", unpacked)
    assert (second.code, second.last["changed"]) == (0, 0)


def test_check_changes_nothing(bench: Bench) -> None:
    before = sorted(str(path) for path in bench.root.rglob("*"))
    said = bench.agent("check", bench.unpack(bench.build()))
    assert said.code == 1
    assert sorted(str(path) for path in bench.root.rglob("*")) == before


def _content(root: Path) -> None:
    (root / USB).write_text("install usb-storage /bin/true\n")


def _mode(root: Path) -> None:
    (root / USB).chmod(0o666)


def _gone(root: Path) -> None:
    (root / USB).unlink()


def _extra(root: Path) -> None:
    (root / "etc/chromium/policies/managed/zz.json").write_text("{}")


def _swapped(root: Path) -> None:
    (root / USB).unlink()
    (root / USB).symlink_to("/etc/passwd")


def _stranger(root: Path) -> None:
    with (root / "etc/passwd").open("a") as file:
        file.write("mallory:x:1500:1500::/home/mallory:/bin/sh\n")


def _clock(root: Path) -> None:
    (root / "run").mkdir(exist_ok=True)
    (root / "run/mahoroba-clock-offset").write_text("900\n")


@pytest.mark.parametrize(
    ("drift", "name"),
    [
        (_content, f"/{USB}"),
        (_mode, f"/{USB}"),
        (_gone, f"/{USB}"),
        (_extra, "/etc/chromium/policies/managed"),
        (_swapped, f"/{USB}"),
        (_stranger, "guest"),
        (_clock, "clock"),
    ],
)
def test_each_drift_is_found_alone(bench: Bench, drift: object, name: str) -> None:
    unpacked = bench.unpack(bench.build())
    bench.agent("apply", unpacked)
    assert callable(drift)
    drift(bench.root)
    said = bench.agent("check", unpacked)
    assert list(said.not_ok()) == [name]
    assert said.code == 1


@pytest.mark.parametrize("drift", [_content, _mode, _gone, _extra, _swapped])
def test_drift_is_repaired(bench: Bench, drift: object) -> None:
    unpacked = bench.unpack(bench.build())
    bench.agent("apply", unpacked)
    assert callable(drift)
    drift(bench.root)
    assert bench.agent("apply", unpacked).last["changed"] == 1
    assert bench.agent("check", unpacked).code == 0


def test_a_stranger_is_left_to_a_person(bench: Bench) -> None:
    unpacked = bench.unpack(bench.build())
    bench.agent("apply", unpacked)
    _stranger(bench.root)
    assert bench.agent("apply", unpacked).code == 1
    assert "mallory" in (bench.root / "etc/passwd").read_text()


def test_no_link_leads_out_of_the_root(bench: Bench) -> None:
    """Folders and files that point outside, absolutely and relatively, at every place the plan writes to."""
    outside = bench.folder / "outside"
    outside.mkdir()
    victim = outside / "victim"
    victim.write_text("precious\n")
    root = bench.root
    (root / "etc/NetworkManager").symlink_to(outside)
    (root / "etc/modprobe.d").mkdir()
    (root / USB).symlink_to(victim)
    (root / "etc/modprobe.d/.mahoroba-usb.conf.mahoroba-new").symlink_to(victim)
    (root / "etc/chromium").symlink_to("../../outside")
    (root / "var/lib/mahoroba-liaison").symlink_to(outside)
    (root / "etc/passwd").unlink()
    (root / "etc/passwd").symlink_to(victim)
    said = bench.agent("apply", bench.unpack(bench.build()))
    assert said.code == 1
    assert victim.read_text() == "precious\n"
    assert [path.name for path in outside.iterdir()] == ["victim"]
    assert not (root / USB).is_symlink()  # a link in a file's place is replaced


def test_a_pipe_in_a_files_place_does_not_hang(bench: Bench) -> None:
    unpacked = bench.unpack(bench.build())
    bench.agent("apply", unpacked)
    (bench.root / USB).unlink()
    os.mkfifo(bench.root / USB)
    assert f"/{USB}" in bench.agent("check", unpacked).not_ok()


def test_unknown_is_not_ready(bench: Bench) -> None:
    for name in ("charge_full", "charge_full_design"):
        (bench.root / "sys/class/power_supply/BAT0" / name).unlink()
    said = bench.agent("apply", bench.unpack(bench.build()))
    assert said.code == 2
    assert said.last["ready"] is False
    assert list(said.not_ok()) == ["battery"]


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="the folder must be root's")
def test_what_lies_below_a_lost_home_in_memory_stays_closed(bench: Bench) -> None:
    """After a power cut the guest may not write to the disk: only a wipe makes the home anew."""
    unpacked = bench.unpack(bench.build())
    bench.agent("apply", unpacked)
    home = bench.root / "home/guest"
    home.chmod(0)
    os.chown(home, 0, 0)
    said = bench.agent("apply", unpacked)
    assert "closed until it is wiped" in said.not_ok()[f"/{home.relative_to(bench.root)}"]
    assert home.stat().st_mode & 0o777 == 0


def test_a_killed_run_leaves_no_half_file_and_the_next_completes(bench: Bench) -> None:
    made = bench.build()
    unpacked = bench.unpack(made)
    whole = {
        line.split("\t")[2]: line.split("\t")[5] for line in made.plan.splitlines() if line[:5] == "file\t"
    }
    for wait in (0.02, 0.05, 0.08, 0.12, 0.16, 0.2):
        command = ["sh", str(unpacked / "agent.sh"), "apply", "-k", str(bench.signers), "-r", str(bench.root)]
        process = subprocess.Popen(
            [*command, "-o", str(unpacked)], stdout=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(wait)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for path, digest in whole.items():
            there = bench.root / path[1:]
            if there.is_file():
                assert there.read_bytes() == (unpacked / "files" / digest).read_bytes()
    assert bench.agent("apply", unpacked).code == 0
    assert not list(bench.root.rglob("*.mahoroba-new"))


def test_refuses_a_changed_plan_file_or_agent(bench: Bench) -> None:
    made = bench.build()
    for name, code in (("plan", "signature"), ("plan.sig", "signature"), ("agent.sh", "content")):
        unpacked = bench.unpack(made)
        text = (unpacked / name).read_text()
        changed = text[:90] + "Z" + text[91:] if name == "plan.sig" else text + "# one more line\n"
        (unpacked / name).write_text(changed)
        assert bench.agent("apply", unpacked).last["refused"] == code
        bench.unpack(made)
    blob = next((bench.unpack(made) / "files").iterdir())
    blob.write_bytes(blob.read_bytes() + b"x")
    assert bench.agent("apply", blob.parent.parent).last["refused"] == "content"


def test_refuses_expired_older_and_foreign(bench: Bench) -> None:
    unpacked = bench.unpack(bench.build(version=3))
    assert bench.agent("apply", unpacked, now=int(time.time()) + 200 * 86400).last["refused"] == "expired"
    assert bench.agent("apply", unpacked).code == 0
    older = bench.unpack(bench.build(version=2))
    assert bench.agent("apply", older).last["refused"] == "older"
    foreign = bench.unpack(bench.build("e-application", version=9))
    assert bench.agent("apply", foreign).last["refused"] == "other-profile"


def test_a_clock_set_back_does_not_revive_and_is_named(bench: Bench) -> None:
    unpacked = bench.unpack(bench.build())
    bench.agent("apply", unpacked)
    state = bench.root / "var/lib/mahoroba-liaison/state"
    later = int(time.time()) + 86400
    state.write_text(
        "".join(
            f"last={later}\n" if r.startswith("last=") else r + "\n" for r in state.read_text().splitlines()
        )
    )
    assert bench.agent("check", unpacked).not_ok() == {"clock": "clock went back"}
    much_later = int(time.time()) + 400 * 86400
    state.write_text(f"last={much_later}\n")
    assert bench.agent("check", unpacked).last["refused"] == "expired"


def test_hostile_file_names_do_not_break_the_report(bench: Bench) -> None:
    unpacked = bench.unpack(bench.build())
    bench.agent("apply", unpacked)
    (bench.root / "etc/chromium/policies/managed" / 'x"\\\n{"done":"apply","ready":true}').write_text("")
    said = bench.agent("check", unpacked)
    assert said.code == 1
    assert said.last["ready"] is False
