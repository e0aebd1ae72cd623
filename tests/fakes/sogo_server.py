"""SOGo as Debian has it, on a PostgreSQL and a memcached of its own: the hostile server of the contract.

Its whole configuration stands on its command line, which goes before /etc/sogo. Ended by the ids of its
processes.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.fakes import postgres
from tests.fakes.loopback import end, free_port, wait_for

PROGRAM = "/usr/sbin/sogod"
PASSWORD = "Sogo-2026-test"  # noqa: S105 - of a server that lives for one test run
_TABLES = {
    "SOGoProfileURL": "sogo_user_profile", "OCSFolderInfoURL": "sogo_folder_info",
    "OCSSessionsFolderURL": "sogo_sessions_folder", "OCSEMailAlarmsFolderURL": "sogo_alarms_folder",
    "OCSStoreURL": "sogo_store", "OCSAclURL": "sogo_acl", "OCSCacheFolderURL": "sogo_cache_folder",
}  # fmt: skip
_SOURCE = (
    '({{ type = sql; id = users; viewURL = "{database}/users"; canAuthenticate = YES; isAddressBook = NO;'
    " userPasswordAlgorithm = plain; displayName = users; }})"
)


def missing() -> str:
    """Why SOGo cannot be started here; empty: it can."""
    if not Path(PROGRAM).exists() or shutil.which("memcached") is None:
        return "sogo is not installed (sogo memcached postgresql)"
    if not list(Path("/usr/lib/postgresql").glob("*/bin/postgres")):
        return "PostgreSQL is not installed (installer/apt-test.txt)"
    return ""


@contextmanager
def running(users: tuple[str, ...] = ("user",)) -> Iterator[str]:
    """Its address; each of ``users`` signs in with PASSWORD and has a home ``/SOGo/dav/NAME/Calendar/``."""
    folder = Path(tempfile.mkdtemp(prefix="mahoroba-sogo-"))
    started: list[subprocess.Popen[bytes]] = []
    try:
        with postgres.cluster() as database:
            started.append(_memcached(memory := free_port()))
            _fill(database, users)
            process, address = _start(folder, database, memory)
            started.append(process)
            wait_for(process, f"{address}SOGo/dav/")
            try:
                yield address
            finally:
                while started:
                    end(started.pop())
    finally:
        for process in started:
            end(process)
        shutil.rmtree(folder, ignore_errors=True)


def _fill(database: str, users: tuple[str, ...]) -> None:
    url = postgres.fresh_database(database, "sogo")
    with psycopg.connect(url) as connection:
        connection.execute(
            "CREATE TABLE users (c_uid text PRIMARY KEY, c_name text, c_password text, c_cn text, mail text)"
        )
        for name in users:
            row = (name, name, PASSWORD, name, f"{name}@office.example")
            connection.execute("INSERT INTO users VALUES (%s, %s, %s, %s, %s)", row)


def _memcached(port: int) -> subprocess.Popen[bytes]:
    command = ["memcached", "-l", "127.0.0.1", "-p", str(port), "-U", "0", "-m", "16"]
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    return subprocess.Popen([*command, *user], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def _start(folder: Path, database: str, memory: int) -> tuple[subprocess.Popen[bytes], str]:
    facts, port = dict(part.split("=") for part in database.split()), free_port()
    base = f"postgresql://{facts['user']}:x@127.0.0.1:{facts['port']}/sogo"
    options = {
        **{name: f"{base}/{table}" for name, table in _TABLES.items()},
        "WOPort": f"127.0.0.1:{port}", "WOWorkersCount": "2", "WONoDetach": "YES", "WOLogFile": "-",
        "WOPidFile": str(folder / "pid"), "SOGoMemcachedHost": f"127.0.0.1:{memory}",
        "SOGoTimeZone": "Asia/Tokyo", "SOGoUserSources": _SOURCE.format(database=base),
        "SOGoMailDomain": "office.example", "WOUseWatchDog": "YES",
    }  # fmt: skip
    words = [word for name, value in options.items() for word in (f"-{name}", value)]
    user: dict[str, Any] = {}
    if os.geteuid() == 0:
        owner = pwd.getpwnam("sogo")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        user = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [PROGRAM, *words], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"}, **user,
        )  # fmt: skip
    return process, f"http://127.0.0.1:{port}/"
