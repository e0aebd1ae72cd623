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
STORM = replace(START, feature="sso", name="morning storm: sign-in, p95", peer="", ratio=None)
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
        assert len((tables.ROOT / name).read_text("utf-8").splitlines()) <= 44
    assert len(HEADLINES) <= 13
    assert {each.feature for each in HEADLINES} == set(bench.FEATURES)


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
    tables.write([replace(STORM, value=3000.0, held=False)], tmp_path, own)
    for name, words in (("README.md", "Morning storm: sign-in, p95"), ("README.ja.md", "朝の集中")):
        lines = (tmp_path / name).read_text("utf-8").splitlines()
        assert [line for line in lines if line.startswith(f"| {words}") and "3,000 ms" in line]


def test_what_is_no_longer_measured_is_dropped_and_named() -> None:
    view = replace(START, feature="suite", part="suite_console", peer="")
    views = [replace(view, name=name) for name in ("console: plan", "console: inventory")]
    elsewhere = replace(view, part="suite", name="rollback, median")
    before = [replace(START, peer=""), *views, elsewhere, MISSED]
    again = replace(START, value=500.0)  # beside a peer now
    assert tables.renewed(before, [again]) == [*views, elsewhere, MISSED, again]
    anew = [replace(views[0], value=1.0), replace(view, name="console: storage")]
    assert tables.renewed(before, anew) == [before[0], anew[0], elsewhere, MISSED, anew[1]]
    broken_off = [replace(each, part="") for each in anew]
    assert views[1] in tables.renewed(before, broken_off), "what it had not come to yet may still be made"


def test_the_kept_records_have_no_row_that_was_made_beside_another_peer() -> None:
    bare = [(each.feature, each.name) for each in kept() if not each.peer]
    assert [each.name for each in kept() if each.peer and (each.feature, each.name) in bare] == []


def test_the_worst_of_a_family_is_the_headline_and_a_missed_bar_goes_first() -> None:
    worst = next(h for h in HEADLINES if h.family == "-")
    attacks = [
        replace(START, name=f"{worst.name}{name}", value=value, held=held)
        for name, value, held in (("print", 99.0, True), ("screen", 99.5, False), ("frozen", 100.0, True))
    ]
    assert worst.of(attacks) == attacks[1]
    assert worst.of([attacks[0], attacks[2]]) == attacks[0]
    assert worst.of([START]) is None


def test_the_headlines_name_figures_that_are_measured() -> None:
    measured = {headline.name for headline, _record in chosen(kept())}
    assert {each.name for each in HEADLINES} == measured


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
