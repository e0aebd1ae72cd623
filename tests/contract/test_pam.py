"""The helper in a real PAM stack (pamtester), in a mount namespace: no file of the machine changes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from auth.face.actor import ActorCamera
from auth.local import open_service
from core.audit import AuditLog
from core.config import Config
from core.events import Events
from core.paths import Paths
from core.secrets import FileKeySecrets
from tests.fakes.counted import CountedClock, StepStream
from tests.fakes.office import CHIEF, CLUMSY, CONSENT, OTHER_PIN, PIN, REPORT

ROOT = Path(__file__).resolve().parents[2]
POLICY = """\
[security]
secret_backend = "file-key"
[trial]
enabled = true
camera = "{camera}"
[pam]
services = ["lightdm", "sshd"]
"""
STACK = "auth sufficient pam_exec.so {options} quiet stdout {helper}\nauth required pam_deny.so\n"
pytestmark = [pytest.mark.root, pytest.mark.timeout(400)]
USER = CHIEF.staff_number.lower()


def missing() -> str:
    if os.geteuid() != 0:
        return "a PAM stack of its own needs root for a mount namespace"
    if shutil.which("pamtester") is None:
        return "pamtester is not installed"
    allowed = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode == 0
    return "" if allowed else "no mount namespaces here"


class Machine:
    """A terminal whose administrator has switched the helper on."""

    def __init__(self, folder: Path, camera: str = "none") -> None:
        if reason := missing():
            pytest.skip(reason)
        self.home, self.stacks = folder / "home", folder / "pam.d"
        self.home.mkdir(mode=0o700)
        self.stacks.mkdir()
        (self.home / "policy.toml").write_text(POLICY.format(camera=camera), "utf-8")
        self.helper = folder / "mahoroba-pam"
        self.helper.write_text(
            "#!/bin/sh\n"
            f"export PYTHONPATH={ROOT} MAHOROBA_MODELS='{os.environ['MAHOROBA_MODELS']}'\n"
            f"export PATH=/usr/bin:/bin OMP_NUM_THREADS=1\n"
            f"exec {sys.executable} -m desktop pam --home {self.home}\n",
            "utf-8",
        )
        self.helper.chmod(0o755)
        names = ("data", "config", "cache", "state")
        self.paths = Paths(*(self.home / n for n in names), self.home / "policy.toml")._created()
        self.audit = AuditLog(self.paths.data / "audit.db", FileKeySecrets(self.paths.data / "secrets.json"))

    def register(self, *, face: bool = False) -> None:
        service = open_service(
            Config.load(self.paths), self.paths, FileKeySecrets(self.paths.data / "secrets.json"), self.audit,
            Events(), lambda: ActorCamera(seed=1), stream=lambda camera: StepStream(camera, CountedClock()),
        )  # fmt: skip
        assert service.create_first_administrator(CHIEF, PIN).accepted
        for _attempt in range(3 if face else 0):
            reason = service.enrol(CONSENT, lambda view: None, REPORT).reason
            if reason not in CLUMSY:
                assert reason == "enrolled"
                break
        service.sign_out()

    def authenticate(
        self, typed: str, service: str = "lightdm", *items: str, options: str = "expose_authtok"
    ) -> tuple[bool, str]:
        """Whether PAM let the person in, and what was shown."""
        (self.stacks / service).write_text(STACK.format(options=options, helper=self.helper), "utf-8")
        more = [word for item in items for word in ("-I", item)]
        done = subprocess.run(
            [
                *(
                    "unshare",
                    "--mount",
                    "sh",
                    "-c",
                    'mount --bind "$0" /etc/pam.d && exec "$@"',
                    str(self.stacks),
                ),
                *("pamtester", *more, service, USER, "authenticate"),
            ],
            input=typed + "\n",
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            start_new_session=True,
        )
        return done.returncode == 0, done.stdout + done.stderr

    def noted(self, action: str) -> list[str]:
        return [str(row.detail.get("reason", "")) for row in self.audit.entries(50, action=action)]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    made.register()
    return made


def test_a_pin_at_the_greeter_lets_its_person_in_and_another_does_not(machine: Machine) -> None:
    let_in, shown = machine.authenticate(PIN)
    assert let_in, shown
    assert "本人と確認しました。" in shown
    let_in, shown = machine.authenticate(OTHER_PIN)
    assert not let_in
    assert "暗証番号が違います" in shown
    assert machine.noted("sign-in.refused") == ["pin-wrong"]


def test_a_password_for_the_next_module_is_no_guess(machine: Machine) -> None:
    before = len(machine.audit.entries(50))
    assert not machine.authenticate("Sommer-2026!")[0]
    assert len(machine.audit.entries(50)) == before


def test_a_server_s_stack_approved_from_remote_is_refused_before_anything_is_opened(machine: Machine) -> None:
    """Whoever sits at the camera must not let in somebody elsewhere; the right PIN changes nothing."""
    for service, items in (
        ("lightdm", ("rhost=203.0.113.9",)),
        ("lightdm", ("tty=ssh",)),
        ("lightdm", ("ruser=somebody",)),
        ("sshd", ()),
        ("vsftpd", ()),
    ):
        let_in, shown = machine.authenticate(PIN, service, *items)
        assert not let_in, (service, items)
        assert "パスワードでログインしてください。" in shown
    assert sorted(machine.noted("pam.refused")) == ["PAM-002"] * 2 + ["PAM-003"] * 3
    assert len(machine.noted("sign-in.accepted")) == 1, "the first run's own"


@pytest.mark.parametrize("typed", ["", PIN])
def test_a_stack_that_asks_for_no_key_press_gets_no_look(machine: Machine, typed: str) -> None:
    let_in, shown = machine.authenticate(typed, options="")
    assert not let_in
    assert "expose_authtok" in shown
    assert machine.noted("pam.refused") == ["PAM-004"]


def test_without_a_camera_the_key_press_says_so_and_the_next_module_goes_on(machine: Machine) -> None:
    let_in, shown = machine.authenticate("")
    assert not let_in
    assert "FACE-110" in shown or "CAM-" in shown, shown


@pytest.mark.long
def test_a_key_press_and_a_look_let_the_person_in(tmp_path: Path) -> None:
    """Before the paced actor, by the wall clock: as a person does, he tries again."""
    machine = Machine(tmp_path, "actor")
    machine.register(face=True)
    for _attempt in range(5):
        let_in, shown = machine.authenticate("")
        if let_in:
            break
    assert let_in, shown
    assert "カメラ" in shown or "本人と確認しました。" in shown
