"""What goes into a package is named with its licence, comes out the same each time, and asks for what it
needs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
from importlib.metadata import distributions
from pathlib import Path

import pytest

from installer.packages import deb, notices, tree
from installer.selftest.suite import changed_files

ROOT = Path(__file__).resolve().parents[3]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+?)(?: ; (.*?))? \\$", re.MULTILINE)


def run_time() -> set[str]:
    """Names of the distributions that the run lock puts on this machine."""
    text = (ROOT / "installer/requirements.lock").read_text("utf-8")
    here = [name for name, _version, where in PINNED.findall(text) if not re.search(r"win32|>= .3.12", where)]
    return set(here)


@pytest.fixture(scope="module")
def parts() -> list[notices.Part]:
    wanted = run_time() - notices.BUILDING
    site = sysconfig.get_path("purelib")
    found = [each for each in distributions(path=[site]) if notices._key(each) in wanted]
    assert {notices._key(each) for each in found} == wanted
    return [*map(notices.of_distribution, found), *notices.others()]


def test_every_part_has_a_licence_and_a_place_in_both_lists(parts: list[notices.Part]) -> None:
    bill, words = json.loads(notices.bill(parts)), notices.text(parts)
    assert [part.name for part in parts if not part.licence] == []
    listed = {component["name"] for component in bill["components"]}
    assert listed == {part.name for part in parts}
    for part in parts:
        assert f"\n{part.name} {part.version}\n{part.licence}\n" in words
    assert {"mobilefacenet", "CPython", "Phosphor Icons", "tuf"} <= listed


def test_the_bill_is_cyclonedx_and_the_same_each_time(parts: list[notices.Part]) -> None:
    bill = json.loads(notices.bill(parts))
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bill["serialNumber"])
    references = [component["bom-ref"] for component in bill["components"]]
    assert len(references) == len(set(references))
    kinds = {"application", "library", "platform", "data", "machine-learning-model"}
    for component in bill["components"]:
        assert component["type"] in kinds
        assert component["purl"].startswith("pkg:")
        assert component["licenses"][0]["license"]["name"]
    assert notices.bill(parts) == notices.bill(parts)


def test_the_builds_opencv_is_the_tested_one_without_windows() -> None:
    run, made = (
        {name: version for name, version, _where in PINNED.findall((ROOT / lock).read_text("utf-8"))}
        for lock in ("installer/requirements.lock", "installer/packages/requirements-build.lock")
    )
    assert made["opencv-python-headless"] == run["opencv-python"], "lock the build's packages anew"
    assert "pyinstaller" in made


def small_tree(folder: Path) -> Path:
    """A program of three files, as a build would leave it."""
    (folder / "_internal").mkdir(parents=True)
    program = folder / "mahoroba"
    program.write_text("#!/bin/sh\necho まほろば\n")
    (folder / "_internal" / "data").write_text("data")
    for name in ("NOTICES.txt", "sbom.cdx.json"):
        (folder / name).write_text(name)
    tree.finish(folder, "0.1.0")
    return folder


def test_a_tree_is_whole_and_equal_content_has_an_equal_digest(tmp_path: Path) -> None:
    one, other = small_tree(tmp_path / "one"), small_tree(tmp_path / "other")
    assert changed_files(one) == []
    assert tree.digest(one) == tree.digest(other)
    second = tree.again_as(one, "0.1.1", tmp_path / "second")
    assert changed_files(second) == []
    assert changed_files(one) == []
    assert tree.digest(second) != tree.digest(one)


def listing(package: Path) -> str:
    return subprocess.run(["dpkg-deb", "-c", str(package)], capture_output=True, text=True, check=True).stdout


def test_a_package_is_the_same_each_time_and_has_everything_in_its_place(tmp_path: Path) -> None:
    folder = small_tree(tmp_path / "tree")
    one = deb.program(folder, tmp_path / "a", ("-Zzstd", "-z1"))
    other = deb.program(folder, tmp_path / "b", ("-Zzstd", "-z1"))
    assert one.name == "mahoroba_0.1.0_amd64.deb"
    assert one.read_bytes() == other.read_bytes()
    inside = listing(one)
    beside = ("opt/mahoroba/versions/0.1.0/mahoroba", "usr/bin/mahoroba", "256x256")
    for place in (*deb.PLACES.values(), *beside):
        assert place in inside, place
    assert "root/root" in inside.splitlines()[0]
    control = subprocess.run(["dpkg-deb", "-f", str(one)], capture_output=True, text=True, check=True).stdout
    assert "libegl1 | libegl1t64" in control
    assert "mahoroba-models" in control


def test_the_models_are_a_package_of_their_own(tmp_path: Path) -> None:
    inside = listing(deb.models(tmp_path, "0.1.0"))
    assert inside.count(".tflite") == 3


@pytest.mark.parametrize("name", deb.SCRIPTS)
def test_the_scripts_are_posix_shell(name: str) -> None:
    subprocess.run(["dash", "-n", str(deb.HERE / name)], check=True)


def test_a_policy_is_no_conffile() -> None:
    assert not any("policy" in name for name in deb.CONFFILES), "a purge would delete an edited one"


@pytest.mark.skipif(shutil.which("makensis") is None, reason="makensis is not installed")
def test_the_windows_script_is_accepted_by_its_compiler(tmp_path: Path) -> None:
    """Built, not executed: that is all that is claimed of it."""
    folder, out = tmp_path / "tree", tmp_path / "mahoroba_0.1.0_windows.exe"
    folder.mkdir()
    (folder / "mahoroba.exe").write_text("a program")
    values = ["-DVERSION=0.1.0", f"-DTREE={folder}", f"-DOUT={out}"]
    script = str(ROOT / "installer/packages/windows/mahoroba.nsi")
    command = ["makensis", "-V2", "-WX", "-INPUTCHARSET", "UTF8", *values, script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert out.read_bytes()[:2] == b"MZ"


def entry(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, str(ROOT / "installer/packages/entry.py"), *arguments]
    return subprocess.run(program, capture_output=True, text=True, check=False, cwd=ROOT)


def test_programs_of_the_system_get_their_own_libraries_back() -> None:
    code = "import os; from installer.packages import entry; entry._stay_alone(); print(sorted(os.environ))"
    for name, left in (("LD_LIBRARY_PATH", False), ("LD_LIBRARY_PATH_ORIG", True)):
        given = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), name: "/srv/lib"}
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=given
        )
        assert ("LD_LIBRARY_PATH'" in done.stdout, "PYTHONPATH" in done.stdout) == (left, False)


def test_the_packaged_program_runs_our_own_modules_only() -> None:
    refused = entry("-P", "-m", "http.server")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "http.server" in refused.stderr
