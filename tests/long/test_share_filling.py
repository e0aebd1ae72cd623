"""Real municipal workbooks: one cell more is written into each, and nothing else of any of them changes."""

from __future__ import annotations

import base64
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sharefolder.documents.sandbox import Sandbox

pytestmark = [pytest.mark.long, pytest.mark.shared_data, pytest.mark.timeout(600)]
BOOKS = Path(__file__).parents[2].parent / "shared" / "data" / "workbooks"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


def test_a_cell_is_written_into_every_real_workbook_that_does_not_calculate(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    if not BOOKS.is_dir():
        pytest.skip("../shared/data/workbooks is not there")
    outcome: Counter[str] = Counter()
    for book in sorted(BOOKS.glob("*.xlsx")):
        before = sandbox.ask("cells", book)
        if before.value is None or not before.value["sheets"]:
            outcome[f"not read: {before.reason}"] += 1
            continue
        sheet = before.value["sheets"][0]
        row = max((r for r, *_rest in sheet["cells"]), default=0) + 2
        new = [[row, 1, "n", "1234.5"], [row, 2, "d", "2026-09-01"], [row, 3, "s", " ひと\nふた <&> "]]
        made = sandbox.ask("fill", book, sheet=sheet["name"], cells=new)
        if made.value is None:
            outcome[made.reason] += 1
            continue
        copy = tmp_path / "filled.xlsx"
        copy.write_bytes(base64.b64decode(made.value))
        _compare(book, copy)
        after = sandbox.ask("cells", copy).value["sheets"]
        written = [cell for cell in after[0]["cells"] if cell[0] == row]
        assert written == [
            [row, 1, "n", "1234.5"],
            [row, 2, "d", "2026-09-01"],
            [row, 3, "s", " ひと\nふた <&> "],
        ], book.name
        after[0]["cells"] = [cell for cell in after[0]["cells"] if cell[0] != row]
        assert after == before.value["sheets"], book.name
        outcome["written"] += 1
    print(dict(outcome))
    assert outcome["written"] > 200
    assert not outcome.keys() - {"written", "formula", "not read: damaged"}


def _compare(book: Path, copy: Path) -> None:
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(copy) as new:
        assert new.namelist() == old.namelist()
        changed = {name for name in old.namelist() if old.read(name) != new.read(name)}
    assert all(name.startswith("xl/worksheets/") or name == "xl/styles.xml" for name in changed), changed
