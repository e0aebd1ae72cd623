"""The exported playbook: nothing from a profile becomes a template or syntax."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from liaison import ansible, profile
from liaison.laptop import Laptop
from tests.unit.liaison.conftest import Bench


def test_words_of_a_profile_stay_words(bench: Bench) -> None:
    guest = profile.Guest(full_name="{{ lookup('pipe', 'touch pwned') }}")
    made = bench.build(guest=guest, title='{{ x }}: "- evil"')
    laptops = [Laptop("K01", host="127.0.0.1"), Laptop("K02", host="192.0.2.7", port=2222)]
    folder = bench.folder / "export"
    path = ansible.export(made, bench.signers.read_text(), laptops, folder)
    text = path.read_text()
    assert '!unsafe "{{ x }}' in text
    assert 'line: !unsafe "guest:x:2000:2000:{{ lookup' in text
    command = [
        str(Path(sys.executable).with_name("ansible-playbook")),
        "-i",
        "inventory.yml",
        "--syntax-check",
    ]
    done = subprocess.run(
        [*command, "playbook.yml"],
        cwd=folder,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not list(bench.folder.rglob("pwned"))


def test_the_export_is_the_same_each_time(bench: Bench) -> None:
    made = bench.build()
    texts = {ansible.export(made, "x", [], bench.folder / name).read_bytes() for name in ("first", "second")}
    assert len(texts) == 1
