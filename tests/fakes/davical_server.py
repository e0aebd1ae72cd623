"""DAViCal as Debian has it, on a PostgreSQL and a PHP of its own: the server of the contract that takes any
token.

Its configuration is found by the server's name, which is a path here, so that nothing of /etc is read or
written. Ended by the id of its first process.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.fakes import postgres
from tests.fakes.loopback import free_port, wait_for

SHARE, AWL = Path("/usr/share/davical"), Path("/usr/share/awl")
PASSWORD = "Davical-2026-test"  # noqa: S105 - of a server that lives for one test run
_CONFIG = """<?php
$_SERVER["SERVER_NAME"] = $c->domain_name = "127.0.0.1";
$c->sysabbr = "davical";
$c->system_name = "test";
$c->admin_email = "nobody@localhost";
$c->pg_connect[] = "host=127.0.0.1 port={port} dbname=davical user=davical_app";
"""
_PRINCIPAL = (
    "INSERT INTO usr (user_no, active, username, password, fullname, email, locale)"
    " VALUES (%(no)s, true, %(name)s, %(password)s, %(name)s, %(mail)s, 'en')",
    "INSERT INTO principal (type_id, user_no, displayname, default_privileges)"
    " VALUES (1, %(no)s, %(name)s, 0::bit(24))",
)


def missing() -> str:
    """Why DAViCal cannot be started here; empty: it can."""
    if not (SHARE / "htdocs" / "caldav.php").exists() or shutil.which("php") is None:
        return "davical is not installed (davical php-cli php-pgsql php-xml postgresql)"
    if not list(Path("/usr/lib/postgresql").glob("*/bin/postgres")):
        return "PostgreSQL is not installed (installer/apt-test.txt)"
    return ""


@contextmanager
def running(users: tuple[str, ...] = ("user",)) -> Iterator[str]:
    """Its address; each of ``users`` signs in with PASSWORD and has a home ``/caldav.php/NAME/``."""
    folder = Path(tempfile.mkdtemp(prefix="mahoroba-davical-"))
    try:
        with postgres.cluster() as database:
            facts = dict(part.split("=") for part in database.split())
            _fill(facts, database, users)
            yield from _serve(folder, facts["port"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fill(facts: dict[str, str], database: str, users: tuple[str, ...]) -> None:
    environment = {
        "PATH": os.environ["PATH"], "PGHOST": facts["host"], "PGPORT": facts["port"], "PGUSER": facts["user"],
        "USER": facts["user"], "LC_ALL": "C.UTF-8",
    }  # fmt: skip
    done = subprocess.run(
        ["sh", str(SHARE / "dba" / "create-database.sh"), "davical", PASSWORD],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-1000:]
    with psycopg.connect(database.replace("dbname=postgres", "dbname=davical")) as connection:
        for number, name in enumerate(users, 1000):
            who = {"no": number, "name": name, "password": f"**{PASSWORD}", "mail": f"{name}@office.example"}
            for statement in _PRINCIPAL:
                connection.execute(statement, who)


def _serve(folder: Path, database_port: str) -> Iterator[str]:
    port = free_port()
    (folder / "site-conf.php").write_text(_CONFIG.format(port=database_port))
    name = f"../..{folder}/site"
    (folder / "first.php").write_text(f"<?php $_SERVER['SERVER_NAME'] = '{name}';")
    options = {
        "auto_prepend_file": str(folder / "first.php"), "display_errors": "0", "log_errors": "0",
        "include_path": f"{SHARE}/inc:{AWL}/inc",
    }  # fmt: skip
    flags = [word for item in options.items() for word in ("-d", "=".join(item))]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["php", *flags, "-S", f"127.0.0.1:{port}", "-t", str(SHARE / "htdocs")],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=SHARE / "htdocs",
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}/"
        wait_for(process, address)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
