"""The build: twice the same, nothing of the tests in it, every part named with its licence."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from installer.packages import build, tree
from installer.selftest.suite import changed_files
from tests.long.installed import BUILT

pytestmark = [pytest.mark.long, pytest.mark.timeout(4000)]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    given = os.environ.get(BUILT)
    return Path(given) if given else build.build(tmp_path_factory.mktemp("first"))


def test_another_build_of_the_same_commit_has_the_same_content(built: Path, tmp_path: Path) -> None:
    again = build.build(tmp_path)
    one, other = ((folder / "MANIFEST").read_text("utf-8").splitlines() for folder in (built, again))
    assert sorted(set(one) ^ set(other)) == []
    assert tree.digest(built) == tree.digest(again)
    assert changed_files(again) == []


def test_nothing_of_the_tests_and_no_second_qt_goes_along(built: Path) -> None:
    names = {path.relative_to(built).as_posix() for path in built.rglob("*")}
    unwanted = re.compile(
        r"(^|/)(_?pytest|hypothesis|mypy|babel|matplotlib|scipy|tests|benchmarks)(/|-|$)|Qt5|cv2/qt"
    )
    assert [name for name in sorted(names) if unwanted.search(name)] == []


def test_every_distribution_in_the_package_is_in_the_bill_and_the_notices(built: Path) -> None:
    inside = {
        _plain(path.name.removesuffix(".dist-info")) for path in (built / "_internal").glob("*.dist-info")
    }
    bill = json.loads((built / "sbom.cdx.json").read_text("utf-8"))
    assert inside <= {_plain(f"{each['name']}-{each['version']}") for each in bill["components"]}
    words = (built / "NOTICES.txt").read_text("utf-8")
    assert [
        each["name"] for each in bill["components"] if f"\n{each['name']} {each['version']}\n" not in words
    ] == []


def _plain(name: str) -> str:
    """Spelled as every index would compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
