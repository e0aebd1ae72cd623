"""The locks hold what pyproject.toml asks for: nothing is missing, too old, or different between the two.

``./mahoroba lock`` writes them. This looks at names, versions and hashes only, so it needs no network; what
else the resolver would choose today is not its question.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
RUN = PROJECT["project"]["dependencies"]
OPTIONAL = [each for extra in PROJECT["project"]["optional-dependencies"].values() for each in extra]
DEV = PROJECT["dependency-groups"]["dev"]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(?: ; (.*?))? \\$", re.MULTILINE)


def locked(name: str) -> dict[str, set[Version]]:
    """Package -> the versions locked for one platform or another."""
    found: dict[str, set[Version]] = {}
    for package, version, _where in PINNED.findall((ROOT / "installer" / name).read_text("utf-8")):
        found.setdefault(canonicalize_name(package), set()).add(Version(version))
    return found


@pytest.mark.parametrize(
    ("lock", "wanted"), [("requirements.lock", RUN), ("requirements-dev.lock", [*RUN, *OPTIONAL, *DEV])]
)
def test_every_requirement_is_locked_at_a_version_that_fits(lock: str, wanted: list[str]) -> None:
    have = locked(lock)
    asked = [Requirement(each) for each in wanted]
    wrong = [
        str(each)
        for each in asked
        if not have.get(canonicalize_name(each.name))
        or not all(map(each.specifier.contains, have[canonicalize_name(each.name)]))
    ]
    assert wrong == [], "run ./mahoroba lock"


def test_what_runs_is_what_was_tested() -> None:
    run, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    assert {name: versions for name, versions in run.items() if dev.get(name) != versions} == {}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-uv.lock"])
def test_every_package_is_pinned_with_its_hash(lock: str) -> None:
    text = (ROOT / "installer" / lock).read_text("utf-8")
    named = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(named) == len(re.findall(r"^\S+==.* \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE))
