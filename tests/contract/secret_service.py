"""A real Secret Service for one test run: a private D-Bus and gnome-keyring, no other keyring touched."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

PROGRAMS = ("dbus-daemon", "gnome-keyring-daemon")
_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><keep_umask/><listen>unix:path={socket}</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>
"""


def missing() -> list[str]:
    """The programs that are not installed."""
    return [program for program in PROGRAMS if shutil.which(program) is None]


@contextmanager
def secret_service() -> Iterator[str]:
    """Start both programs with an unlocked keyring; gives the bus address. Both end with the block."""
    with tempfile.TemporaryDirectory(prefix="mh-") as folder:  # a socket's path has at most 108 bytes
        home = Path(folder)
        socket = home / "bus"
        (home / "bus.conf").write_text(_CONFIG.format(socket=socket))
        address = f"unix:path={socket}"
        environment = {
            **os.environ,
            "HOME": folder,
            "XDG_RUNTIME_DIR": folder,
            "XDG_DATA_HOME": str(home / "data"),
            "DBUS_SESSION_BUS_ADDRESS": address,
        }
        bus_command = ["dbus-daemon", f"--config-file={home / 'bus.conf'}", "--nofork", "--print-address=1"]
        with _running(bus_command, environment) as bus:
            assert bus.stdout is not None
            assert bus.stdout.readline().startswith(address.encode())
            ring_command = ["gnome-keyring-daemon", "--foreground", "--components=secrets", "--unlock"]
            with _running(ring_command, environment) as ring:
                assert ring.stdin is not None
                ring.stdin.write(b"test")
                ring.stdin.close()
                _wait_until_it_answers(address, ring)
                yield address


def _wait_until_it_answers(address: str, ring: subprocess.Popen[bytes]) -> None:
    import secretstorage  # Linux only
    from jeepney.io.blocking import open_dbus_connection

    for _attempt in range(400):
        assert ring.poll() is None, "gnome-keyring-daemon ended at once"
        with closing(open_dbus_connection(address)) as connection:
            if secretstorage.check_service_availability(connection):
                return
        time.sleep(0.05)
    raise AssertionError("gnome-keyring-daemon took no name on the bus")


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
