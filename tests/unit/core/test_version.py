"""One version, said once, and put in order as numbers."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from core import version

ROOT = Path(__file__).resolve().parents[3]


def test_the_project_file_says_the_same() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert version.version() == project["version"]


def test_versions_sort_as_numbers() -> None:
    assert sorted(["0.10.0", "0.9.1", "1.0", "0.9"], key=version.order) == ["0.9", "0.9.1", "0.10.0", "1.0"]
    assert version.order("1.0") == version.order("1.0.0")


@pytest.mark.parametrize("said", ["", "1", "1.2-3", "../..", "1.2.3.4.5", "１.2", "1.2 "])
def test_what_is_no_version_is_older_than_all(tmp_path: Path, said: str) -> None:
    assert version.is_version(said) is False
    (tmp_path / "VERSION").write_text(said, encoding="utf-8")
    assert version.read_version(tmp_path) == ("1.2" if said == "1.2 " else "0")
