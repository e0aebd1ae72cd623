"""A laptop leaves for good: its whole disk, a real block device, is cleared once two people have agreed."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import pytest

from auth import local
from auth.house import House
from auth.model import Person, Role
from core.errors import SuiteError
from core.events import Events
from core.jobs import Cancelled
from core.paths import Paths
from core.secrets import MemorySecrets
from liaison import certificate
from liaison.history import Place
from liaison.service import LiaisonService

ROOT = Path(__file__).resolve().parents[3]
SIZE = 9 * 1024 * 1024 + 512  # not a multiple of what is written at once
MARKER = b"MAHOROBA-MARKER-77aa"
Retire = Callable[..., certificate.Certificate]


def _why_not() -> str:
    if os.geteuid() != 0:
        return "loop devices need root"
    return "" if Path("/dev/loop-control").exists() else "no loop devices"


pytestmark = [
    pytest.mark.root,
    pytest.mark.loop,
    pytest.mark.skipif(bool(_why_not()), reason=_why_not() or "-"),
]


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "disk.img"
    path.write_bytes((MARKER * (SIZE // len(MARKER) + 1))[:SIZE])
    return path


@pytest.fixture
def device(image: Path) -> Iterator[Path]:
    made = subprocess.run(["losetup", "--show", "-f", str(image)], check=True, capture_output=True, text=True)
    path = Path(made.stdout.strip())
    try:
        yield path
    finally:
        subprocess.run(["losetup", "-d", str(path)], check=True)


@pytest.fixture
def service(tmp_path: Path) -> LiaisonService:
    made = LiaisonService(tmp_path / "liaison", MemorySecrets(), Events(), lambda: "1001")
    made.ledger.register("K01", "1001")
    return made


def people(*numbers: str) -> Callable[[str], str]:
    """Who signs in when asked, one after the other."""
    waiting = list(numbers)
    return lambda _what: waiting.pop(0)


def quietly(_done: float, _total: float | None, _what: str) -> None:
    pass


def content(device: Path) -> bytes:
    os.sync()
    return device.read_bytes()


def test_two_people_clear_it_and_the_proof_is_signed(service: LiaisonService, device: Path) -> None:
    shown: list[str] = []

    def witness(what: str) -> str:
        shown.append(what)
        return f"100{len(shown)}"

    signed = service.retire("K01", device, witness, quietly)
    assert content(device) == bytes(SIZE)
    assert certificate.genuine(signed.text, signed.signature, service.signer.public)
    assert json.loads(signed.text)["method"].startswith("Clear")
    assert all(str(device) in each and "K01" in each for each in shown)
    unit = service.ledger.state().units["K01"]
    assert (unit.place, unit.wipe_pending) == (Place.RETIRED, False)
    begun, erased = service.ledger.history("K01")[-2:]
    assert [begun.action, erased.action] == ["erase-begun", "erased"]
    assert (begun.actor, begun.detail["second"]) == ("1001", "1002")


@pytest.mark.parametrize("numbers", [("1001", "1001"), ("1001", ""), ("", "1002")])
def test_one_person_alone_changes_no_byte(
    service: LiaisonService, device: Path, image: Path, numbers: tuple[str, str]
) -> None:
    before = image.read_bytes()
    with pytest.raises(SuiteError) as error:
        service.retire("K01", device, people(*numbers), quietly)
    assert error.value.code == "LIAISON-005"
    assert content(device) == before
    assert service.ledger.history("K01")[-1].action == "register"


def test_a_second_person_who_cannot_prove_it_changes_no_byte(service: LiaisonService, device: Path) -> None:
    def witness(what: str) -> str:
        if "二人目" in what:
            raise SuiteError("-", "-", "-", "LIAISON-005")
        return "1001"

    with pytest.raises(SuiteError):
        service.retire("K01", device, witness, quietly)
    assert MARKER in content(device)


def test_a_disk_in_use_is_refused(service: LiaisonService, device: Path, tmp_path: Path) -> None:
    subprocess.run(["mkfs.ext4", "-q", "-F", str(device)], check=True)
    point = tmp_path / "in-use"
    point.mkdir()
    subprocess.run(["mount", str(device), str(point)], check=True)
    try:
        with pytest.raises(SuiteError) as error:
            service.retire("K01", device, people("1001", "1002"), quietly)
    finally:
        subprocess.run(["umount", str(point)], check=True)
    assert error.value.code == "LIAISON-009"


def test_a_disk_taken_after_it_was_agreed_on_is_refused(
    service: LiaisonService, device: Path, tmp_path: Path
) -> None:
    """Mounted while the second person types: the kernel says no when it is opened, and no byte is written."""
    subprocess.run(["mkfs.ext4", "-q", "-F", str(device)], check=True)
    point = tmp_path / "in-use"
    point.mkdir()

    def witness(what: str) -> str:
        if "二人目" not in what:
            return "1001"
        subprocess.run(["mount", str(device), str(point)], check=True)
        return "1002"

    try:
        with pytest.raises(SuiteError) as error:
            service.retire("K01", device, witness, quietly)
    finally:
        subprocess.run(["umount", str(point)], check=True)
    assert error.value.code == "LIAISON-009"
    subprocess.run(["fsck.ext4", "-fn", str(device)], check=True, capture_output=True)


def test_neither_files_nor_parts_nor_nothing_are_disks(
    service: LiaisonService, image: Path, tmp_path: Path
) -> None:
    for path in (image, tmp_path, tmp_path / "none", Path("/dev/null")):
        with pytest.raises(SuiteError) as error:
            service.retire("K01", path, people("1001", "1002"), quietly)
        assert error.value.code == "LIAISON-009"
    assert MARKER in image.read_bytes()


def test_stopped_half_way_it_waits_and_is_begun_again(service: LiaisonService, device: Path) -> None:
    def stop(done: float, _total: float | None, _what: str) -> None:
        if done > 0:
            raise Cancelled

    with pytest.raises(Cancelled):
        service.retire("K01", device, people("1001", "1002"), stop)
    assert service.ledger.state().units["K01"].wipe_pending
    service.retire("K01", device, people("1001", "1002"), quietly)
    assert content(device) == bytes(SIZE)


def test_a_lent_or_unknown_laptop_is_refused(service: LiaisonService, device: Path) -> None:
    with pytest.raises(SuiteError) as error:
        service.retire("K02", device, people("1001", "1002"), quietly)
    assert error.value.code == "LIAISON-005"
    assert MARKER in content(device)


# through the program, as two people at its keyboard

PINS = {"IT-001": "482915", "IT-002": "739164", "S-100": "615283"}


@pytest.fixture
def office(home: Path) -> Path:
    """A home with two administrators, a member of staff and a laptop in the ledger."""
    paths = Paths.from_environment()
    (home / "mahoroba" / "policy.toml").write_text('[security]\nsecret_backend = "file-key"\n', "utf-8")
    house = House.open()
    auth = local.open_service(house.config, paths, house.secrets, house.audit, Events(), _blind)
    auth.create_first_administrator(Person("IT-001", "管理 一郎", role=Role.IT), PINS["IT-001"])
    for person in (Person("IT-002", "管理 次郎", role=Role.IT), Person("S-100", "県庁 花子")):
        auth.administration.add(person)
        code = auth.administration.issue_start_code(person.staff_number).code
        auth.start(person.staff_number, code, PINS[person.staff_number])
        auth.sign_in_pin("IT-001", PINS["IT-001"])
    LiaisonService(paths.data / "liaison", house.secrets, Events(), lambda: "1").ledger.register("K01", "1")
    return home


def _blind() -> NoReturn:
    raise AssertionError("nobody looks at the camera here")


def typed(device: Path, *lines: str) -> tuple[int, str]:
    """``mahoroba liaison retire`` on a terminal of its own, each line typed when it asks; code and screen."""
    ours, theirs = pty.openpty()
    program = [sys.executable, "-P", "-m", "desktop", "liaison", "retire", "K01", str(device)]
    running = subprocess.Popen(
        ["setsid", "--ctty", "--wait", *program],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    os.close(theirs)
    screen, waiting = "", list(lines)
    with suppress(OSError):  # EIO: the other end has closed
        while block := os.read(ours, 4096):
            screen += block.decode("utf-8", "replace")
            if waiting and screen.rstrip(" ").endswith(":"):
                os.write(ours, f"{waiting.pop(0)}\n".encode())
    os.close(ours)
    return running.wait(timeout=60), screen


def test_two_administrators_sign_in_at_the_keyboard(office: Path, device: Path) -> None:
    code, screen = typed(device, "IT-001", PINS["IT-001"], "IT-002", PINS["IT-002"])
    assert code == 0, screen
    assert "mahoroba wipe certificate" in screen
    assert content(device) == bytes(SIZE)
    assert not any(pin in screen for pin in PINS.values())


@pytest.mark.parametrize(
    "second",
    [("IT-001", PINS["IT-001"]), ("S-100", PINS["S-100"]), ("IT-002", "000000")],
    ids=["the same", "no administrator", "a wrong PIN"],
)
def test_anybody_else_beside_the_first_changes_no_byte(
    office: Path, device: Path, second: tuple[str, str]
) -> None:
    code, screen = typed(device, "IT-001", PINS["IT-001"], *second)
    assert code == 1
    assert "LIAISON-005" in screen
    assert MARKER in content(device)
