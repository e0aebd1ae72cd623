"""The bundle as an Ansible playbook and inventory, for sites that outgrow one preparer's desk.

The same steps in the same order, one task a resource; the last task has our own agent look at the result, so
that "ready" means the same on both ways. YAML is written through JSON's quoting, which is part of YAML 1.2:
nothing from a profile can become syntax. Needs Python on the laptop, which our agent does not.
"""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from core.files import make_private_folder, write_atomically
from liaison.bundle import Bundle
from liaison.laptop import Laptop
from liaison.steps import step_title

_REMOTE = "/run/mahoroba-ansible"
_STRANGERS = (
    "while IFS=: read -r account _ uid _; do"
    " case $uid in ''|*[!0-9]*) continue ;; esac;"
    ' [ "$uid" -ge 1000 ] && [ "$uid" -lt 60000 ] || continue;'
    ' case " $1 " in *" $account "*) ;; *) echo "$account" ;; esac; done </etc/passwd'
)


class Verbatim(str):
    """Text from a profile: ansible must not read ``{{ }}`` in it as a template."""


def export(bundle: Bundle, signers: str, laptops: Sequence[Laptop], folder: Path, check: bool = True) -> Path:
    """Write ``playbook.yml``, ``inventory.yml`` and the bundle's files below ``folder``; the playbook's path.

    ``check``: end with the agent's own look (``signers``: whose bundles it trusts).
    """
    make_private_folder(folder)
    for name, content in _members(bundle):
        path = folder / "bundle" / name
        make_private_folder(path.parent)
        write_atomically(path, content)
    write_atomically(folder / "bundle" / "signers", signers.encode())
    write_atomically(folder / "inventory.yml", _inventory(laptops).encode())
    tasks = list(_tasks(bundle)) + (list(_look(bundle)) if check else [])
    play = {"name": Verbatim(bundle.title), "hosts": "laptops", "become": False, "gather_facts": False}
    head = f"# {bundle.profile} {bundle.version} {bundle.id}\n---\n"
    text = head + f"- {_mapping(play, '  ')[2:]}  tasks:\n" + "".join(_task(task) for task in tasks)
    write_atomically(folder / "playbook.yml", text.encode())
    return folder / "playbook.yml"


def _members(bundle: Bundle) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=BytesIO(bundle.tar), mode="r:") as tar:
        for member in tar:
            opened = tar.extractfile(member)
            if opened is not None:
                yield member.name, opened.read()


def _tasks(bundle: Bundle) -> Iterator[dict[str, Any]]:
    for row in (line.split("\t") for line in bundle.plan.splitlines()[5:]):
        kind, step, *fields = row
        task: dict[str, Any] = {"name": f"{step_title(step)}: {fields[0]}"}
        if kind in ("dir", "file", "line"):
            owner, group = fields[2].split(":")
            kept = {"path": fields[0], "mode": f"0{fields[1]}", "owner": owner, "group": group}
            yield task | _placed(kind, kept, fields)
        elif kind == "only":
            yield from _only(task, fields[0], bundle)
        elif kind == "accounts":
            yield task | _accounts(fields[0])


def _placed(kind: str, kept: dict[str, str], fields: list[str]) -> dict[str, Any]:
    if kind == "dir":
        return {"ansible.builtin.file": kept | {"state": "directory", "follow": False}}
    if kind == "line":
        key, text = fields[3], fields[4]
        line = {"regexp": Verbatim(f"^{re.escape(key)}"), "line": Verbatim(text), "create": True}
        return {"ansible.builtin.lineinfile": kept | line}
    kept = {("dest" if name == "path" else name): value for name, value in kept.items()}
    source = {"src": f"bundle/files/{fields[3]}", "follow": False}
    return {"ansible.builtin.copy": kept | source}


def _only(task: dict[str, Any], path: str, bundle: Bundle) -> Iterator[dict[str, Any]]:
    """What the plan did not put into ``path`` goes; a folder is left to a person, as with our agent."""
    rows = [line.split("\t") for line in bundle.plan.splitlines()]
    planned = sorted(
        row[2] for row in rows if row[0] in ("dir", "file", "line") and row[2].startswith(path + "/")
    )
    register = "found_" + re.sub(r"\W", "_", path)
    look = {"paths": path, "hidden": True, "file_type": "any", "recurse": False}
    yield task | {"ansible.builtin.find": look, "register": register, "changed_when": False}
    there = f"{register}.files | rejectattr('isdir') | map(attribute='path')"
    chosen = f"{{{{ {there} | difference(planned) | list }}}}"
    gone = {"path": "{{ item }}", "state": "absent"}
    yield {
        "name": task["name"] + " (only)",
        "ansible.builtin.file": gone,
        "loop": chosen,
        "vars": {"planned": planned},
    }


def _accounts(names: str) -> dict[str, Any]:
    """Nobody else's account; a stranger stops the play and is left to a person."""
    argv = ["sh", "-c", _STRANGERS, "sh", names]
    return {
        "ansible.builtin.command": {"argv": argv},
        "register": "strangers",
        "changed_when": False,
        "failed_when": "strangers.rc != 0 or strangers.stdout != ''",
    }


def _look(bundle: Bundle) -> Iterator[dict[str, Any]]:
    """Our agent's own verdict: not ready (or unknown) is a failed play."""
    yield {
        "name": "agent: bundle",
        "ansible.builtin.copy": {
            "src": "bundle/",
            "dest": f"{_REMOTE}/",
            "mode": "0600",
            "directory_mode": "0700",
        },
        "changed_when": False,
    }
    # The clock is compared with the one that runs the play.
    now = "{{ lookup('pipe', 'date +%s') }}"
    argv = ["sh", f"{_REMOTE}/agent.sh", "check", "-k", f"{_REMOTE}/signers", "-n", now, _REMOTE]
    yield {"name": "agent: check", "ansible.builtin.command": {"argv": argv}, "changed_when": False}
    yield {
        "name": f"agent: {bundle.id[:12]}",
        "ansible.builtin.file": {"path": _REMOTE, "state": "absent"},
        "changed_when": False,
    }


def _inventory(laptops: Sequence[Laptop]) -> str:
    rows = ["laptops:\n  hosts:\n"]
    for laptop in laptops:
        known = f"-o UserKnownHostsFile={laptop.known_hosts} " if laptop.known_hosts is not None else ""
        values = {
            "ansible_host": laptop.host,
            "ansible_port": laptop.port,
            "ansible_user": laptop.user,
            "ansible_ssh_common_args": f"-F none {known}-o StrictHostKeyChecking=yes -o ConnectTimeout=6",
        }
        if laptop.identity is not None:
            values["ansible_ssh_private_key_file"] = str(laptop.identity)
        rows.append(f"    {laptop.tag}:\n{_mapping(values, '      ')}")
    return "".join(rows)


def _task(task: dict[str, Any]) -> str:
    """One task with its module's arguments, a line each."""
    text = ""
    for key, value in task.items():
        if isinstance(value, dict):
            text += f"      {key}:\n{_mapping(value, '        ')}"
        else:
            text += f"      {key}: {_scalar(value)}\n"
    return "    - " + text[6:]


def _mapping(values: dict[str, Any], indent: str) -> str:
    return "".join(f"{indent}{key}: {_scalar(value)}\n" for key, value in values.items())


def _scalar(value: object) -> str:
    tag = "!unsafe " if isinstance(value, Verbatim) else ""
    return tag + json.dumps(value, ensure_ascii=False)
