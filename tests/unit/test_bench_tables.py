"""The README's tables: each feature's between its markers, measured again means replaced, key rows on top."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks import tables
from benchmarks.record import Record

ROOT = Path(__file__).resolve().parents[2]
START = Record(
    "start to first paint (warm), median", 600.0, "ms", "≤ 900", True, "bare window", 174.0, 3.44, "9 starts",
    "face", "a machine", "2026-11-25",
)  # fmt: skip
MISSED = replace(START, name="memory (RSS) signed in by face, camera off", value=250.0, held=False, peer="")
LAPTOPS = replace(START, name="50 laptops, first run", value=9.5, unit="s", feature="liaison")
EMPTY = "\n".join(
    f"## {name}\n<!-- bench:{name}:begin -->\nold\n<!-- bench:{name}:end -->"
    for name in ("key", "face", "liaison")
)


@pytest.fixture
def readme(tmp_path: Path) -> Path:
    path = tmp_path / "README.md"
    path.write_text(EMPTY, "utf-8")
    return path


def part(readme: Path, name: str) -> str:
    return readme.read_text("utf-8").split(f"bench:{name}:begin -->\n")[1].split("\n<!-- ")[0]


def test_each_feature_has_its_own_table_and_the_others_stay(readme: Path) -> None:
    tables.write(readme, [START, MISSED])
    assert part(readme, "liaison") == "old"
    assert part(readme, "face").splitlines() == [
        "| figure | measured | bar | held | peer, same run | ratio | N |",
        "|---|---|---|---|---|---|---|",
        "| start to first paint (warm), median | 600 ms | ≤ 900 | ✓ | bare window: 174 | 3.44 | 9 starts |",
        "| memory (RSS) signed in by face, camera off | 250 ms | ≤ 900 | ✗ misses |  | 3.44 | 9 starts |",
        "",
        "2026-11-25, a machine",
    ]


def test_the_key_rows_stand_in_their_order_and_stay_when_others_are_measured(readme: Path) -> None:
    tables.write(readme, [LAPTOPS])
    tables.write(readme, [MISSED, START])
    assert [line.split(" | ")[:2] for line in part(readme, "key").splitlines()[2:]] == [
        ["| start to first paint (warm), median", "600 ms"],
        ["| memory (RSS) signed in by face, camera off", "250 ms"],
        ["| 50 laptops, first run", "9.5 s"],
    ]
    tables.write(readme, [replace(START, value=500.0)])
    assert part(readme, "key").count("\n") == 4
    assert "| 500 ms |" in part(readme, "key")
    assert "| 600 ms |" not in part(readme, "key")


def test_a_document_without_the_markers_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text("nothing here", "utf-8")
    with pytest.raises(ValueError, match="bench:face:begin"):
        tables.write(path, [START])
    assert path.read_text("utf-8") == "nothing here"


def test_of_two_runs_the_later_counts_and_files_name_their_feature(readme: Path, tmp_path: Path) -> None:
    old, new = tmp_path / "face.json", tmp_path / "desktop_start.json"
    rows = [asdict(each) for each in (MISSED, START)]
    for each in rows:
        del each["feature"]  # as written by an earlier version
    old.write_text(json.dumps(rows), "utf-8")
    new.write_text(json.dumps([asdict(replace(MISSED, value=140.0, held=True))]), "utf-8")
    assert bench.main(["--from-json", str(old), "--from-json", str(new), "--into", str(readme)]) == 0
    assert [line.split(" | ")[1] for line in part(readme, "face").splitlines()[2:4]] == ["140 ms", "600 ms"]


def test_a_missed_bar_is_in_the_exit_code(tmp_path: Path) -> None:
    file = tmp_path / "face.json"
    file.write_text(json.dumps([asdict(MISSED)]), "utf-8")
    assert bench.main(["--from-json", str(file)]) == 1


def test_a_cell_cannot_break_the_table() -> None:
    assert r"a \| b" in tables.row(replace(START, n="a | b"))


def test_every_part_and_feature_can_be_asked_for() -> None:
    everything = list(bench.parts([]))
    assert list(bench.parts(list(bench.FEATURES))) == everything
    assert list(bench.parts(["desktop_start"])) == [("face", "benchmarks.desktop_start")]


@pytest.mark.parametrize("name", ["README.md", "README.ja.md"])
def test_the_readme_has_a_place_for_every_feature(name: str, tmp_path: Path) -> None:
    copy = tmp_path / name
    copy.write_text((ROOT / name).read_text("utf-8"), "utf-8")
    tables.write(copy, [replace(START, feature=feature) for feature in bench.FEATURES])
