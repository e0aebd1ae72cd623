"""The documents' tables: of the kept records and of nothing else; measured again means replaced."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks import tables
from benchmarks.headlines import HEADLINES, chosen
from benchmarks.record import Record

START = Record(
    "start to first paint (warm), median", 600.0, "ms", "≤ 900", True, "bare window", 174.0, 3.44, "9 starts",
    "face", "a machine", "2026-11-25",
)  # fmt: skip
MISSED = replace(START, name="memory (RSS) signed in by face, camera off", value=250.0, held=False, peer="")
VERDICT = replace(START, name="first frame to verdict, challenge included, median", peer="", ratio=None)


def kept() -> list[Record]:
    return tables.of_json(json.loads(tables.KEPT.read_text("utf-8")), "")


@pytest.mark.parametrize("name", tables.DOCUMENTS)
def test_every_table_of_the_documents_is_made_of_the_kept_records(name: str) -> None:
    text = (tables.ROOT / name).read_text("utf-8")
    assert tables.document(text, kept(), name.endswith(".ja.md")) == text, "./mahoroba bench FEATURE --write"


def test_every_figure_has_its_place_in_the_whole_table() -> None:
    text = (tables.ROOT / "docs/figures.md").read_text("utf-8")
    assert {each.feature for each in kept()} <= set(bench.FEATURES)
    assert [feature for feature in bench.FEATURES if f"<!-- bench:{feature}:end -->" not in text] == []
    assert [each.name for each in kept() if tables.row(each) not in text] == []


def test_the_readme_stays_one_screen() -> None:
    for name in ("README.md", "README.ja.md"):
        assert len((tables.ROOT / name).read_text("utf-8").splitlines()) <= 50


def test_measured_again_a_figure_stands_where_it_stood_and_the_others_stay(tmp_path: Path) -> None:
    for name in tables.DOCUMENTS:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(tables.ROOT / name, tmp_path / name)
    own = tmp_path / "figures.json"
    own.write_text(json.dumps([asdict(each) for each in (START, VERDICT, MISSED)]), "utf-8")
    tables.write([replace(VERDICT, value=3000.0, held=False, date="2026-12-01")], tmp_path, own)
    whole = (tmp_path / "docs/figures.md").read_text("utf-8")
    part = whole.split("bench:face:begin -->\n")[1].split("\n<!-- ")[0].splitlines()
    assert [line.split(" | ")[:2] + line.split(" | ")[-1:] for line in part[2:5]] == [
        ["| start to first paint (warm), median", "600 ms", "2026-11-25 |"],
        ["| first frame to verdict, challenge included, median", "3,000 ms", "2026-12-01 |"],
        ["| memory (RSS) signed in by face, camera off", "250 ms", "2026-11-25 |"],
    ]
    assert part[5:] == ["", "a machine"]
    assert part[3].split(" | ")[2:6] == ["≤ 900", "✗ misses", "", ""]
    for name, words in (("README.md", "First frame to verdict"), ("README.ja.md", "最初の一枚から判定まで")):
        lines = (tmp_path / name).read_text("utf-8").splitlines()
        assert [line for line in lines if line.startswith(f"| {words}") and "3,000 ms" in line]


def test_the_worst_of_a_family_is_the_headline_and_a_missed_bar_goes_first() -> None:
    slowest = next(h for h in HEADLINES if h.name == "console: ")
    views = [
        replace(START, feature="suite", name=f"console: {name}", value=value, held=held)
        for name, value, held in (("plan", 190.0, True), ("storage", 150.0, False), ("audit", 20.0, True))
    ]
    assert slowest.of(views) == views[1]
    assert slowest.of([views[0], views[2]]) == views[0]
    assert slowest.of([START]) is None


def test_the_headlines_name_figures_that_are_measured() -> None:
    measured = {headline.name for headline, _record in chosen(kept())}
    unmeasured = {each.name for each in HEADLINES} - measured
    # Measured on the lead's quiet machine after they were built; each of them appears by itself then.
    assert unmeasured <= {"console: ", "restore of a 10,000-person office, verified equal"}


def test_files_of_earlier_runs_name_their_feature(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = tmp_path / "face.json", tmp_path / "desktop_start.json"
    rows = [asdict(each) for each in (MISSED, START)]
    for each in rows:
        del each["feature"]  # as written by an earlier version
    old.write_text(json.dumps(rows), "utf-8")
    new.write_text(json.dumps([asdict(replace(MISSED, value=140.0, held=True))]), "utf-8")
    assert bench.main(["--from-json", str(old), "--from-json", str(new)]) == 0
    assert "| 140 ms |" in capsys.readouterr().out


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
