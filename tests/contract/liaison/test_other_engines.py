"""What other engines say of our work: pyinfra would change nothing after it, ansible makes the same tree."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.liaison_peers import playbook, pyinfra
from liaison.lab_network import NetworkLab, missing, network_lab
from tests.contract.liaison.test_fleet import USB, Preparer

pytestmark = [
    pytest.mark.root,
    pytest.mark.netns,
    pytest.mark.skipif(bool(missing()), reason=missing() or "-"),
]


@pytest.fixture
def lab() -> Iterator[NetworkLab]:
    with network_lab(2) as made:
        yield made


def test_pyinfra_would_change_nothing_after_ours(lab: NetworkLab, tmp_path: Path) -> None:
    preparer = Preparer()
    assert all(outcome.ready for outcome in preparer.run(lab.laptops).values())
    oracle = pyinfra(preparer.bundle, lab.laptops, tmp_path / "pyinfra", dry=True)
    assert (oracle.changed, oracle.whole) == (0, True), oracle.said
    (lab.root("K02") / USB).write_text("x")  # it would have seen a difference
    assert pyinfra(preparer.bundle, lab.laptops, tmp_path / "pyinfra", dry=True).changed == 1


def test_ansible_finds_the_exported_playbook_well_formed(lab: NetworkLab, tmp_path: Path) -> None:
    preparer = Preparer()
    signers = preparer.signer.allowed_signers()
    run = playbook(preparer.bundle, lab.laptops, tmp_path / "a", "--syntax-check", signers=signers)
    assert run.whole, run.said
    listed = playbook(preparer.bundle, lab.laptops, tmp_path / "a", "--list-tasks", signers=signers)
    kinds = ("dir", "file", "line", "accounts", "only")
    planned = [row for row in preparer.bundle.plan.splitlines() if row.split("\t")[0] in kinds]
    assert listed.said.count("TAGS: []") > len(planned)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_ansible_makes_the_same_tree(lab: NetworkLab, tmp_path: Path) -> None:
    """K01 by our agent, K02 by the playbook: no difference, and our agent calls both ready."""
    preparer = Preparer()
    signers = preparer.signer.allowed_signers()
    assert preparer.run(lab.laptops[:1])["K01"].ready
    run = playbook(preparer.bundle, lab.laptops[1:], tmp_path / "ansible", signers=signers)
    assert run.whole, run.said
    assert tree(lab.root("K02")) == tree(lab.root("K01"))
    again = playbook(preparer.bundle, lab.laptops[1:], tmp_path / "ansible", signers=signers)
    assert (again.changed, again.whole) == (0, True), again.said
    looked = preparer.run(lab.laptops, "check")
    assert {(outcome.ready, outcome.changed) for outcome in looked.values()} == {(True, 0)}


def tree(root: Path) -> dict[str, tuple[int, int, int, bytes]]:
    """Every path below what a profile writes to: mode, owner, group, content."""
    found = {}
    for top in ("etc", "home", "usr/lib/mahoroba", "usr/share/mahoroba"):
        for path in sorted((root / top).rglob("*")):
            status = path.lstat()
            content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            name = str(path.relative_to(root))
            found[name] = (status.st_mode, status.st_uid, status.st_gid, content)
    assert found
    assert os.path.isdir(root / "home")
    return found
