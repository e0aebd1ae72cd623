"""The check for foreign names finds what must not be committed, and lets ordinary text pass."""

from __future__ import annotations

import pytest

from installer.check import MACHINE_PATH, REGISTRY


@pytest.mark.parametrize(
    "line",
    ["https://" + "pypi" + ".org/simple", "--index" + "-url https://x", "http://deb.debian" + ".org/debian"],
)
def test_a_registry_is_found(line: str) -> None:
    assert REGISTRY.search(line)


@pytest.mark.parametrize("line", ["x = '/" + "root/suite'", "cd /" + "work/main", "/home" + "/tanaka/.cache"])
def test_a_path_of_somebodys_machine_is_found(line: str) -> None:
    assert MACHINE_PATH.search(line)


@pytest.mark.parametrize(
    "line",
    [
        "../shared/data",
        "~/work/suite",
        "/usr/share/mahoroba/models",
        "framework/home page",
        "GET /v1/people",
        "root:x:0:0::/" + "root:/bin/sh",
    ],
)
def test_ordinary_paths_pass(line: str) -> None:
    assert not MACHINE_PATH.search(line)
    assert not REGISTRY.search(line)
