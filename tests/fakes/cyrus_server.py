"""Cyrus as Debian has it, with folders, ports and users of its own: the strict server of the contract.

Needs root: Cyrus gives up its rights to a system user. Ended by the id of its master process.
"""

from __future__ import annotations

import imaplib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fakes.loopback import end, free_port, wait_for

MASTER = "/usr/sbin/cyrmaster"
PASSWORD = "Cyrus-2026-test"  # noqa: S105 - of a server that lives for one test run
_IMAPD = """\
configdirectory: {root}/config
partition-default: {root}/spool
defaultpartition: default
proc_path: {root}/run/proc
mboxname_lockpath: {root}/run/lock
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {root}/sasldb2
sasl_mech_list: PLAIN
allowplaintext: yes
admins: admin
virtdomains: off
unixhierarchysep: yes
altnamespace: yes
httpmodules: caldav freebusy
servername: localhost
syslog_prefix: cyrus
"""
_MASTER = """\
START {{
  recover cmd="ctl_cyrusdb -C {root}/imapd.conf -r"
}}
SERVICES {{
  imap cmd="imapd -C {root}/imapd.conf" listen="127.0.0.1:{imap}" prefork=0
  http cmd="httpd -C {root}/imapd.conf" listen="127.0.0.1:{http}" prefork=1
}}
EVENTS {{
}}
"""


def missing() -> str:
    """Why Cyrus cannot be started here; empty: it can."""
    if not Path(MASTER).exists() or not Path("/usr/lib/cyrus/bin/httpd").exists():
        return "cyrus-caldav is not installed"
    return "" if os.geteuid() == 0 else "Cyrus needs root"


@contextmanager
def running(users: tuple[str, ...] = ("user",)) -> Iterator[str]:
    """Its address; each of ``users`` signs in with PASSWORD and has a home ``/dav/calendars/user/NAME/``."""
    root = Path(
        tempfile.mkdtemp(prefix="mahoroba-cyrus-")
    )  # not below pytest's own, which only root may enter
    http, imap = free_port(), free_port()
    for name in ("config/db", "spool", "run"):
        (root / name).mkdir(parents=True)
    (root / "imapd.conf").write_text(_IMAPD.format(root=root))
    (root / "cyrus.conf").write_text(_MASTER.format(root=root, http=http, imap=imap))
    for user in ("admin", *users):
        command = ["saslpasswd2", "-p", "-c", "-f", str(root / "sasldb2"), "-u", "localhost", user]
        subprocess.run(command, input=PASSWORD.encode(), check=True, timeout=30)
    for path in (root, *root.rglob("*")):
        shutil.chown(path, "cyrus", "mail")
    command = [MASTER, "-C", f"{root}/imapd.conf", "-M", f"{root}/cyrus.conf", "-p", f"{root}/pid", "-D"]
    with (root / "log").open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )  # ending, the master signals its whole process group: it has one of its own
    try:
        address = f"http://127.0.0.1:{http}/"
        wait_for(process, address)
        _make_mailboxes(imap, users)
        yield address
    finally:
        end(process)
        shutil.rmtree(root, ignore_errors=True)


def _make_mailboxes(port: int, users: tuple[str, ...]) -> None:
    """Without an INBOX every request of a user is refused."""
    with imaplib.IMAP4("127.0.0.1", port, timeout=30) as admin:
        admin.login("admin", PASSWORD)
        for user in users:
            answer, words = admin.create(f"user/{user}")
            assert answer == "OK", words
