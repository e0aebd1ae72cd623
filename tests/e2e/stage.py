"""A private desktop for one run: screen, session bus, accessibility bus, window manager; gone afterwards."""

from __future__ import annotations

import contextlib
import os
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

MARK = "MAHOROBA_STAGE"
SERVICES_WAIT = 10
"""Seconds for a service to answer before the stage is called broken."""


class Stage:
    """``environment`` is what a program needs to appear on this stage."""

    def __init__(self, folder: Path) -> None:
        runtime = folder / "runtime"
        runtime.mkdir(mode=0o700, parents=True)
        self._mark = uuid.uuid4().hex
        self._log = folder / "stage.log"
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "AT_SPI_BUS_ADDRESS"}
        }
        self.environment |= {
            MARK: self._mark,
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(runtime),
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "NO_AT_BRIDGE": "0",
            "LANG": "C.UTF-8",
        }

    def __enter__(self) -> Stage:
        try:
            number = self._announced(
                ["Xvfb", "-displayfd", "{fd}", "-screen", "0", "1440x900x24", "-nolisten", "tcp", "-noreset"]
            )
            self.environment["DISPLAY"] = f":{number}"
            self.environment["DBUS_SESSION_BUS_ADDRESS"] = self._announced(
                ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address={fd}"]
            )
            self.start(["openbox"])
            self.environment["AT_SPI_BUS_ADDRESS"] = self._accessibility_bus()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(
        self, command: list[str], extra: Mapping[str, str] | None = None, log: Path | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a program on this stage; what it prints goes to ``log``, or to the stage's own."""
        with (log or self._log).open("ab") as output:
            return subprocess.Popen(
                command,
                env={**self.environment, **(extra or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def _announced(self, command: list[str]) -> str:
        """Start a service that writes its address to a file descriptor when it is ready; return the line."""
        reader, writer = os.pipe()
        with os.fdopen(reader) as answer:
            with self._log.open("ab") as output:
                subprocess.Popen(
                    [word.format(fd=writer) for word in command],
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    pass_fds=[writer],
                )
            os.close(writer)
            line = answer.readline().strip()  # ends empty, not never, when the service dies
        if not line:
            raise RuntimeError(f"{command[0]} did not start")
        return line

    def _accessibility_bus(self) -> str:
        """org.a11y.Bus is started by the session bus on the first call, and knows the address."""
        call = ["dbus-send", "--session", "--print-reply=literal", "--dest=org.a11y.Bus", "/org/a11y/bus"]
        done = subprocess.run(
            [*call, "org.a11y.Bus.GetAddress"],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=SERVICES_WAIT,
            check=True,
        )
        return done.stdout.strip()

    def __exit__(self, *_: object) -> None:
        ours = [process for process in psutil.process_iter() if self._is_ours(process)]
        for process in ours:
            with contextlib.suppress(psutil.Error):
                process.terminate()
        for process in psutil.wait_procs(ours, timeout=5)[1]:
            with contextlib.suppress(psutil.Error):
                process.kill()

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.environ().get(MARK) == self._mark
        except psutil.Error:
            return False

    @contextlib.contextmanager
    def entered_by_this_process(self) -> Iterator[None]:
        """Lead xa11y, which reads the environment once and inside this process, to this stage."""
        names = ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "AT_SPI_BUS_ADDRESS", "XDG_RUNTIME_DIR")
        before = {name: os.environ.get(name) for name in names}
        os.environ.update({name: self.environment[name] for name in names})
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
