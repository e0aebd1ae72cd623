"""A PostgreSQL of the tests' own: a fresh cluster on a free port, not run by root, ended with them."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.fakes.loopback import free_port


def programs() -> Path:
    """The folder of ``initdb`` and ``postgres``; the test is skipped, counted, where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    beside = shutil.which("postgres")
    if not found and beside is None:
        pytest.skip("PostgreSQL is not installed (installer/apt-test.txt)")
    return (found[-1] if found else Path(str(beside))).parent


@contextmanager
def cluster(*settings: str) -> Iterator[str]:
    """The connection string of an empty database. ``settings``: ``name=value`` beyond the cautious ones."""
    bin_, folder = programs(), Path(tempfile.mkdtemp(prefix="mahoroba-postgres-"))
    owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    user = {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    data = folder / "data"
    subprocess.run(
        [bin_ / "initdb", "-D", data, "-U", "mahoroba", "-A", "trust", "-N", "-E", "UTF8",
         "--locale=C.UTF-8"],
        check=True, capture_output=True, cwd=folder, timeout=300, **user,
    )  # fmt: skip
    port = free_port()
    options = [
        f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}",
        "shared_buffers=64MB", *settings,
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [bin_ / "postgres", "-D", data, *(f"--{o}" for o in options)],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=folder, **user,
        )  # fmt: skip
    url = f"host=127.0.0.1 port={port} user=mahoroba dbname=postgres"
    try:
        _wait(url, server)
        yield url
    finally:
        server.send_signal(signal.SIGQUIT)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def fresh_database(url: str, name: str) -> str:
    """Another empty database of the same cluster."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return url.replace("dbname=postgres", f"dbname={name}")


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    for _attempt in range(2000):
        assert server.poll() is None, "PostgreSQL ended at once"
        try:
            psycopg.connect(url, connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            try:
                server.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
    raise AssertionError("PostgreSQL did not answer within minutes")
