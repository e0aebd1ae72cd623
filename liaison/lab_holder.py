"""The network lab in namespaces of a child's own: whatever becomes of us, the kernel takes it all away.

``unshare`` gives the child a process tree, a mount table and, inside, networks that nobody else sees. The
child waits for the end of its standard input, so it goes when we go, even by kill -9: with the first process
of a PID namespace all others end, with the last one the mounts and networks.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from core.files import make_private_folder
from core.i18n import _
from liaison import errors, lab_network
from liaison.lab_network import NetworkLab
from liaison.laptop import Laptop

_UP = 60.0  # seconds until all laptops must be there


def missing() -> str:
    """Why there can be no such lab here, or nothing."""
    why = lab_network.missing()
    tools = ("unshare", "nsenter")
    return why or next((f"{tool} is not installed" for tool in tools if shutil.which(tool) is None), "")


class HeldLab:
    """``laptops`` once it is open. ``cut`` pulls a laptop's cable, ``mend`` puts it back."""

    def __init__(self, folder: Path, count: int) -> None:
        """``folder``: an empty folder of ours that the child may mount on."""
        self._folder, self._count = folder, count
        self._child: subprocess.Popen[bytes] | None = None
        self._enter: tuple[str, ...] = ()
        self._name = ""
        self._roots: dict[str, Path] = {}
        self.laptops: list[Laptop] = []

    def open(self) -> list[Laptop]:
        """Make the laptops. SuiteError LIAISON-008."""
        make_private_folder(self._folder)
        namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"]
        program = [sys.executable, "-m", "liaison.lab_holder", str(self._folder), str(self._count)]
        try:
            self._child = subprocess.Popen(  # noqa: S603 - our own words
                [*namespaces, *program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)},
            )
            made = self._hear(self._child)
            inside = _first_child(self._child.pid)
        except (OSError, ValueError, KeyError) as error:
            self.close()
            raise errors.lab_failed(_("名前空間か sshd を作れません。")) from error
        self._name = made["name"]
        self._enter = ("nsenter", f"--target={inside}", "--mount", "--")
        into = (*self._enter, "ip", "netns", "exec", self._name)
        identity, known = Path(made["identity"]), Path(made["known_hosts"])
        self.laptops = [
            Laptop(tag, host=host, identity=identity, known_hosts=known, enter=into)
            for tag, host in made["laptops"]
        ]
        seen = _seen_as(inside)
        self._roots = {tag: Path(f"/proc/{seen[pid]}/root") for tag, pid in made["daemons"].items()}
        return self.laptops

    @staticmethod
    def _hear(child: subprocess.Popen[bytes]) -> dict[str, Any]:
        """The child's one line, when all laptops are up."""
        assert child.stdout is not None  # noqa: S101 - asked for above
        ready, _w, _x = select.select([child.stdout], [], [], _UP)
        if not ready:
            raise OSError("the lab did not come up")
        found = json.loads(child.stdout.readline() or b"null")
        if not isinstance(found, dict):
            raise ValueError("the lab did not come up")
        return found

    def root(self, tag: str) -> Path:
        """Where this machine sees the files of ``tag``, with what is mounted there: its sshd's root."""
        return self._roots[tag]

    def cut(self, tag: str) -> None:
        self._link(tag, "down")

    def mend(self, tag: str) -> None:
        self._link(tag, "up")

    def _link(self, tag: str, state: str) -> None:
        command = [*self._enter, "ip", "-n", self._name, "link", "set", f"v{tag}", state]
        subprocess.run(  # noqa: S603 - our own words
            command, check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=20
        )

    def close(self) -> None:
        """End the child; all that it made goes with it."""
        if self._child is None:
            return
        for pipe in (self._child.stdin, self._child.stdout):
            with contextlib.suppress(OSError):
                assert pipe is not None  # noqa: S101 - asked for above
                pipe.close()
        try:
            self._child.wait(10)
        except subprocess.TimeoutExpired:
            self._child.kill()  # --kill-child: the namespaces' first process goes with it
            self._child.wait()
        self._child = None
        self.laptops = []


def _first_child(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def _seen_as(pid: int) -> dict[int, int]:
    """The children of ``pid``: their number in its own namespace -> the one that we see (proc(5), NSpid)."""
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        status = Path(f"/proc/{child}/status").read_text()
        inner = next(line for line in status.splitlines() if line.startswith("NSpid:")).split()[-1]
        found[int(inner)] = int(child)
    return found


def main(arguments: list[str]) -> int:
    """In the child: make the laptops, say so in one line, wait for the end of standard input."""
    spaces = Path("/run/netns")
    spaces.mkdir(exist_ok=True)
    for point, kind in ((spaces, "tmpfs"), (Path("/proc"), "proc")):
        subprocess.run(["mount", "-t", kind, kind, str(point)], check=True, capture_output=True)  # noqa: S603, S607
    lab = NetworkLab(int(arguments[1]), folder=Path(arguments[0]))
    lab.open()
    first = lab.laptops[0]
    said = {
        "name": lab.name,
        "identity": str(first.identity),
        "known_hosts": str(first.known_hosts),
        "daemons": lab.daemons,
        "laptops": [(laptop.tag, laptop.host) for laptop in lab.laptops],
    }
    print(json.dumps(said), flush=True)
    sys.stdin.buffer.read()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
