"""Simulated laptops in namespaces of a child: prepared, lent, returned and wiped over SSH; gone with us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from core.errors import SuiteError
from core.events import Events
from core.secrets import MemorySecrets
from liaison.borrowers import Borrower
from liaison.lab_holder import missing
from liaison.service import LiaisonService
from liaison.standing import Standing

pytestmark = [
    pytest.mark.root,
    pytest.mark.netns,
    pytest.mark.skipif(bool(missing()), reason=missing() or "-"),
]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiaisonService]:
    folder = tmp_path_factory.mktemp("held")
    made = LiaisonService(folder / "liaison", MemorySecrets(), Events(), lambda: "K100234")
    try:
        made.move_in_trial(3, namespaces=True)
        yield made
    finally:
        made.close()


def standings(service: LiaisonService) -> dict[str, Standing]:
    return {tile.tag: tile.standing for tile in service.tiles()}


def guest_home(service: LiaisonService, tag: str) -> Path:
    root = service.reach.root_of(tag)
    assert root is not None
    return root / "home/guest"


def test_prepared_lent_returned_and_wiped_over_ssh(service: LiaisonService) -> None:
    service.prepare(["K01", "K02", "K03"], lambda *_words: None)
    assert set(standings(service).values()) == {Standing.READY}
    service.lend("K01", Borrower("髙﨑 一郎", "国土交通省"))
    (guest_home(service, "K01") / "被害写真.jpg").write_bytes(b"secret")
    service.give_back("K01")
    certificate = service.wipe("K01")
    assert '"simulated": true' in certificate.text
    left = sorted(path.name for path in guest_home(service, "K01").iterdir())
    assert left == [".config", "emergency-contacts.txt"]  # the laptop's own template
    # The lab's disks cannot encrypt: from its second loan on a home lies in memory only.
    (guest_home(service, "K01") / "second").write_bytes(b"secret")
    again = service.wipe("K01")
    assert again.wiped.method.startswith("Home kept in memory only")
    assert again.wiped.before != again.wiped.after
    assert not (guest_home(service, "K01") / "second").exists()
    service.prepare(["K01"], lambda *_words: None)
    assert standings(service)["K01"] is Standing.READY


def test_a_laptop_that_comes_back_dead_waits_until_it_is_seen(service: LiaisonService) -> None:
    service.prepare(["K02"], lambda *_words: None)
    service.lend("K02", Borrower("田中", "県"))
    service.give_back("K02")
    assert service.reach.cut(["K02"])
    with pytest.raises(SuiteError) as error:
        service.wipe("K02")
    assert error.value.code == "LIAISON-006"
    assert standings(service)["K02"] is Standing.RETURNED
    service.exercise.repair()  # the cable is back
    assert service.take_back(service.office.label("K02")).tag == "K02"  # scanned once more at the desk
    assert standings(service)["K02"] is not Standing.RETURNED


def test_a_guest_root_that_is_not_marked_is_refused(service: LiaisonService) -> None:
    mark = guest_home(service, "K03").parent / ".mahoroba-guest-root"
    text = mark.read_bytes()
    mark.unlink()
    try:
        with pytest.raises(SuiteError) as error:
            service.wipe("K03")
        assert error.value.code == "LIAISON-005"
    finally:
        mark.write_bytes(text)
        mark.chmod(0o600)


def test_a_network_that_goes_down_in_a_drill_really_does(service: LiaisonService) -> None:
    service.prepare(["K01", "K03"], lambda *_words: None)
    service.exercise.start()
    struck = service.exercise.inject("network-down")
    assert {"K01", "K03"} <= set(struck)
    assert not any(outcome.ready for outcome in service.prepare(["K01", "K03"], lambda *_words: None))
    service.exercise.repair()
    assert all(outcome.ready for outcome in service.prepare(["K01", "K03"], lambda *_words: None))
    service.exercise.end()


def test_nothing_is_left_when_the_program_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from liaison.lab_holder import HeldLab\n"
        "lab = HeldLab(Path(sys.argv[1]), 2); lab.open(); print(lab._child.pid, flush=True); time.sleep(99)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "namespaces")],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])},
    )
    assert child.stdout is not None
    holder = psutil.Process(int(child.stdout.readline()))
    ours = [holder, *holder.children(recursive=True)]
    assert any(each.name() == "sshd" for each in ours)
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    _gone, alive = psutil.wait_procs(ours, timeout=30)
    assert not alive
    assert list((tmp_path / "namespaces").iterdir()) == []
    assert str(tmp_path) not in Path("/proc/self/mountinfo").read_text()
