"""A log-in by PIN opens the person's real gnome-keyring, in a PAM stack of its own: no password is typed.

In namespaces: own PAM files, people, /run, session bus and processes; all of it is gone with the command.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.test_pam import USER, Machine
from tests.fakes.office import OTHER_PIN, PIN

UID = 61_234
STACK = """\
auth sufficient pam_exec.so expose_authtok quiet stdout {helper}
auth {otherwise}
account required pam_permit.so
{session}
"""
SESSION = "session optional pam_exec.so quiet stdout {helper}"
SCENE = """\
mount --bind "$1" /etc/pam.d && mount --bind "$2" /etc/passwd && mount -t tmpfs none /run || exit 9
mkdir -p /run/user && install -d -m 700 -o {uid} -g {uid} /run/user/{uid}
pamtester lightdm {user} authenticate open_session
ls /run/mahoroba-keyring 2>/dev/null
setpriv --reuid {uid} --regid {uid} --clear-groups env -i PATH=/usr/bin:/bin HOME="$3" \
    XDG_RUNTIME_DIR=/run/user/{uid} dbus-run-session -- sh -c '
    gnome-keyring-daemon --start --components=secrets
    dbus-send --session --print-reply --dest=org.freedesktop.secrets \
        /org/freedesktop/secrets/collection/login \
        org.freedesktop.DBus.Properties.Get string:org.freedesktop.Secret.Collection string:Locked'
"""
HANDED = re.compile(r"^[0-9a-f]{64}$", re.MULTILINE)
OPEN, CLOSED = "boolean false", "boolean true"
pytestmark = [pytest.mark.root, pytest.mark.timeout(200)]


class Desk(Machine):
    """A terminal with a greeter's stack and one person's home."""

    def __init__(self, folder: Path, home: Path) -> None:
        super().__init__(folder)
        if not all(shutil.which(each) for each in ("gnome-keyring-daemon", "dbus-run-session", "setpriv")):
            pytest.skip("no gnome-keyring, or no session bus")
        self.person_home, self.people = home, folder / "passwd"
        home.chmod(0o711)
        (home / "person").mkdir()
        shutil.chown(home / "person", UID, UID)
        own = f"{USER}:x:{UID}:{UID}::{home / 'person'}:/bin/sh\n"
        self.people.write_text(Path("/etc/passwd").read_text("utf-8") + own, "utf-8")

    def log_in(self, typed: str, *, otherwise: str = "required pam_deny.so", session: str = SESSION) -> str:
        """Log in and look at the key ring, as its person; all that was said."""
        stack = STACK.format(
            helper=self.helper, otherwise=otherwise, session=session.format(helper=self.helper)
        )
        (self.stacks / "lightdm").write_text(stack, "utf-8")
        scene = SCENE.format(uid=UID, user=USER)
        places = (self.stacks, self.people, self.person_home / "person")
        apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        done = subprocess.run(
            [*apart, "sh", "-c", scene, "sh", *map(str, places)],
            input=typed + "\n",
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
            start_new_session=True,
        )
        assert done.returncode != 9, done.stderr
        return done.stdout + done.stderr


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Its person's home lies where others may enter."""
    with tempfile.TemporaryDirectory(prefix="pam-") as home:
        made = Desk(tmp_path, Path(home))
        made.register()
        yield made


def test_a_log_in_makes_the_key_ring_the_next_opens_it_and_a_password_does_not(desk: Desk) -> None:
    first = desk.log_in(PIN)
    assert OPEN in first, first
    assert HANDED.search(first) is None, "the secret is gone when the session has begun"
    assert len(list((desk.person_home / "person" / ".local/share/keyrings").glob("login.keyring"))) == 1
    assert OPEN in desk.log_in(PIN), "the same secret again"
    released = desk.audit.entries(50, action="keyring.released")
    assert [row.subject.lower() for row in released] == [USER, USER]
    said = desk.log_in("Sommer-2026!", otherwise="required pam_permit.so")
    assert OPEN not in said
    assert CLOSED in said, said
    assert len(desk.audit.entries(50, action="keyring.released")) == 2


@pytest.mark.long
def test_where_the_session_does_not_ask_no_secret_leaves_the_matcher(desk: Desk) -> None:
    assert OPEN not in desk.log_in(PIN, session="# " + SESSION)
    assert OPEN not in desk.log_in(OTHER_PIN)
    assert desk.audit.entries(50, action="keyring.released") == []
