"""From the log-in screen to the session: the released secret opens gnome-keyring as its person (Linux).

``pam_exec`` runs one program for the log-in and another for the session. Between the two the secret lies in
a file of root's on a file system in memory, once, and for a minute.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import time
from pathlib import Path

from core.errors import SuiteError
from core.files import make_private_folder, write_atomically
from core.i18n import _

HANDED = Path("/run/mahoroba-keyring")
WITHIN_S = 120.0
DAEMON = "/usr/bin/gnome-keyring-daemon"
START_S = 20.0
_MOST = 4096


def hand_over(user: str, secret: str, folder: Path = HANDED) -> None:
    """Keep ``secret`` for the session of ``user`` that is about to begin. SuiteError PAM-005."""
    try:
        make_private_folder(folder)
        write_atomically(_place(user, folder), json.dumps({"secret": secret, "since": _now()}).encode())
    except OSError as error:
        raise _not_opened(_("このコンピューターで、秘密を渡せませんでした。")) from error


def taken(user: str, folder: Path = HANDED) -> str | None:
    """The secret for the session of ``user``, which is gone by this; None where none was handed over, or one
    of another boot or a log-in long ago."""
    path = _place(user, folder)
    try:
        found = json.loads(path.read_bytes()[:_MOST])
        secret, since = str(found["secret"]), float(found["since"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    finally:
        path.unlink(missing_ok=True)
    return secret if 0 <= _now() - since <= WITHIN_S else None


def open_for(user: str, secret: str, runtime: str = "") -> None:
    """Start the daemon as ``user`` with the key ring open, as pam_gnome_keyring does with a password; the
    session completes it (``gnome-keyring-daemon --start``). ``runtime``: XDG_RUNTIME_DIR of the session.
    A key ring that has another password stays closed. SuiteError PAM-005."""
    import pwd  # not on Windows

    try:
        person = pwd.getpwnam(user)
        subprocess.run(  # noqa: S603 - our own words
            [DAEMON, "--daemonize", "--login"],
            input=secret.encode(),
            env={
                "HOME": person.pw_dir,
                "PATH": "/usr/bin:/bin",
                "XDG_RUNTIME_DIR": runtime or f"/run/user/{person.pw_uid}",
            },
            cwd="/",
            user=person.pw_uid,
            group=person.pw_gid,
            extra_groups=[],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            timeout=START_S,
            check=True,
        )
    except (KeyError, OSError, subprocess.SubprocessError) as error:
        raise _not_opened(_("gnome-keyring が始まりませんでした。")) from error


def _place(user: str, folder: Path) -> Path:
    return folder / hashlib.sha256(user.encode()).hexdigest()


def _now() -> float:
    """Seconds since the machine started: no clock that somebody sets, and another boot begins anew."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def _not_opened(why: str) -> SuiteError:
    return SuiteError(
        _("鍵の保管庫は開いていません。"),
        why,
        _("必要なときに、保管庫のパスワードを入れてください。"),
        "PAM-005",
    )
