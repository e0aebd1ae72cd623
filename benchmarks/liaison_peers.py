"""What a bundle does, said to pyinfra and to ansible: peers of the liaison figures, and pyinfra as an oracle.

Both get less to do than our agent: pyinfra does not look for extra files and unknown accounts, and neither
looks at battery, encryption and the like or checks a signature. Both run as their manuals say: pyinfra's own
command line; ansible with pipelining and as many forks as there are laptops.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from liaison import ansible
from liaison.bundle import Bundle
from liaison.laptop import Laptop

_LIMIT_S = 900


@dataclass(frozen=True)
class Run:
    """``changed``: changes over all laptops; ``whole``: every laptop answered to the end without an error."""

    seconds: float
    changed: int
    whole: bool
    said: str


def pyinfra(bundle: Bundle, laptops: Sequence[Laptop], folder: Path, dry: bool = False) -> Run:
    """Bring ``laptops`` (all of one lab) to the bundle's state; ``dry``: only say what would change."""
    unpack(bundle, folder)
    (folder / "deploy.py").write_text(_deploy(bundle, folder))
    hosts = [(laptop.host, _ssh(laptop)) for laptop in laptops]
    (folder / "inventory.py").write_text(f"laptops = {hosts!r}\n")
    command = [*laptops[0].enter, str(Path(sys.executable).with_name("pyinfra"))]
    command += ["--dry" if dry else "-y", "inventory.py", "deploy.py"]
    seconds, said, code = _run(command, folder)
    return Run(seconds, _pyinfra_changes(said, dry), code == 0, said)


def playbook(bundle: Bundle, laptops: Sequence[Laptop], folder: Path, *extra: str, signers: str = "") -> Run:
    """Run the playbook that ``liaison.ansible`` exports; with ``signers`` the agent has the last word."""
    ansible.export(bundle, signers, laptops, folder, check=bool(signers))
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    command = [*laptops[0].enter, program, "-i", "inventory.yml", "-f", str(len(laptops)), *extra]
    seconds, said, code = _run([*command, "playbook.yml"], folder, {"ANSIBLE_PIPELINING": "1"})
    changed = sum(int(each) for each in re.findall(r"\bchanged=(\d+)", said))
    return Run(seconds, changed, code == 0, said)


def unpack(bundle: Bundle, folder: Path) -> None:
    """The bundle's files below ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["tar", "-xf", "-", "-C", str(folder)], input=bundle.tar, check=True)


def _deploy(bundle: Bundle, folder: Path) -> str:
    """A deploy file as a person would write it: one operation a folder, file and line."""
    lines = ["from pyinfra.operations import files", ""]
    for row in (line.split("\t") for line in bundle.plan.splitlines()):
        if row[0] in ("dir", "file"):
            _kind, _step, path, mode, owner, *digest = row
            user, group = (int(part) for part in owner.split(":"))
            kept = f"mode={mode!r}, user={_name(user)!r}, group={_name(group)!r}"
            if row[0] == "dir":
                lines.append(f"files.directory({path!r}, {kept})")
            else:
                source = str(folder / "files" / digest[0])
                lines.append(f"files.put({source!r}, {path!r}, {kept}, create_remote_dir=False)")
        elif row[0] == "line":
            lines.append(f"files.line({row[2]!r}, {'^' + re.escape(row[5]) + '.*$'!r}, replace={row[6]!r})")
    return "\n".join([*lines, ""])


def _name(number: int) -> str:
    return "root" if number == 0 else "guest"


def _ssh(laptop: Laptop) -> dict[str, object]:
    return {
        "ssh_user": laptop.user,
        "ssh_port": laptop.port,
        "ssh_key": str(laptop.identity),
        "ssh_known_hosts_file": str(laptop.known_hosts),
        "ssh_strict_host_key_checking": "yes",
        "ssh_config_file": os.devnull,
    }


def _pyinfra_changes(said: str, dry: bool) -> int:
    """From its last table: operations that changed something, or would (also only conditionally); else -1."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", said)
    if dry:
        _head, found, table = plain.partition("--> Detected changes:")
        rows = [line for line in table.splitlines() if line.strip().startswith("files.")]
        cells = [cell for row in rows for cell in re.split(r" {3,}", row.strip())[1:]]
        counts = [int(count[0]) for cell in cells if (count := re.match(r"\d+", cell))]
        return sum(counts) if found and rows else -1
    rows = [line for line in plain.splitlines() if line.strip().startswith("Grand total")]
    figures = re.findall(r"\d+|-", rows[-1].split("total", 1)[1]) if rows else ["", "-1"]
    return 0 if figures[1] == "-" else int(figures[1])


def _run(command: list[str], folder: Path, more: dict[str, str] | None = None) -> tuple[float, str, int]:
    with tempfile.TemporaryDirectory(prefix="p-") as home:  # short: OpenSSH's control sockets lie below it
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "HOME": home, "COLUMNS": "200", **(more or {})}
        begin = time.monotonic()
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=_LIMIT_S,
            stdin=subprocess.DEVNULL,
        )
    return time.monotonic() - begin, done.stdout + done.stderr, done.returncode
