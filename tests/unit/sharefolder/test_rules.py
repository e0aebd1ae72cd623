from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest

from core.clock import TOKYO
from core.errors import SuiteError
from core.jobs import Report
from installer.packages.deb import PLACES
from sharefolder import errors, findings, rules, rules_report
from sharefolder.local import LocalStorage
from sharefolder.model import Entry
from sharefolder.rule_book import written
from sharefolder.rules import FILE, Finding, Why

QUIET = Report(lambda _done, _total, _text: None)
UNITS = Path(__file__).parents[3] / "installer" / "units"
TODAY = date(2027, 3, 10)
TITLES = "フォルダ,所有者,整理する人,保存期限,最長日数,最大GB,名前\r\n"
RULES = (
    TITLES
    + """財政課/決算,財政課,財政課 庶務,R9.3.31,,,
財政課,財政課,,,365,,
土木部/写真,土木部,,,,0.000001,年月日_*
土木部/済,土木部,,2027-03-09,,,
,,,,,,
遠い,文書課,,2027/4/11,,,
"""
)


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    root = tmp_path / "share"
    for path, day in {
        "財政課/決算/古い.xlsx": date(2020, 1, 1),  # the nearer rule counts: no age there
        "財政課/古い.xlsx": date(2026, 3, 9),
        "財政課/中/今年.xlsx": date(2026, 3, 10),
        "土木部/写真/20270301_橋.jpg": TODAY,
        "土木部/写真/橋.jpg": TODAY,
        "土木部/済/x.txt": TODAY,
        "遠い/x.txt": TODAY,
    }.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x" * 800)
        seconds = datetime(day.year, day.month, day.day, 12, tzinfo=TOKYO).timestamp()
        os.utime(file, (seconds, seconds))
    (root / FILE).write_bytes(RULES.encode("cp932"))  # as Excel saves it
    return root


def looked(disk: Path) -> list[Finding]:
    storage = LocalStorage(disk)
    return list(rules.look(storage, rules.load(storage), TODAY, QUIET))


def test_what_has_come_to_its_end_is_told_a_month_ahead_and_nothing_else_is(disk: Path) -> None:
    before = sorted(disk.rglob("*"))
    assert {(f.path, f.why) for f in looked(disk)} == {
        ("財政課/決算", Why.ENDS),
        ("財政課/古い.xlsx", Why.OLD),
        ("土木部/写真", Why.LARGE),
        ("土木部/写真/橋.jpg", Why.NAME),
        ("土木部/済", Why.ENDED),
    }
    assert sorted(disk.rglob("*")) == before, "nothing is deleted"


class Closed(LocalStorage):
    """A server that lets this reader list no 決算."""

    def list(self, folder: str) -> Iterator[Sequence[Entry]]:
        if folder.endswith("決算"):
            raise errors.no_right("決算")
        return super().list(folder)


def test_a_rule_without_its_folder_and_a_folder_that_is_closed_are_named(disk: Path) -> None:
    (disk / "土木部" / "写真").rename(disk / "土木部" / "写真2027")
    storage = Closed(disk)
    found = list(rules.look(storage, rules.load(storage), TODAY, QUIET))
    assert {(f.path, f.why) for f in found if f.why in (Why.GONE, Why.CLOSED)} == {
        ("土木部/写真", Why.GONE),
        ("財政課/決算", Why.CLOSED),
    }
    assert all(findings.words(each) for each in found)


def test_the_nearest_rule_counts(disk: Path) -> None:
    known = rules.load(LocalStorage(disk))
    for path, folder in (
        ("財政課/決算/中", "財政課/決算"),
        ("財政課", "財政課"),
        ("財政課2", None),
        ("", None),
    ):
        found = rules.rule_of(known, path)
        assert (found.folder if found is not None else None) == folder


def test_the_report_names_the_owner_and_holds_no_formula(disk: Path, tmp_path: Path) -> None:
    (disk / "土木部/写真/=1+1.jpg").write_bytes(b"")
    out = tmp_path / "報告.csv"
    assert rules_report.main(["--root", str(disk), "--csv", str(out), "--on", "R9.3.10"]) == 1
    rows = list(csv.reader(out.read_text("utf-8-sig").splitlines()))
    assert rows[0][:3] == ["調べた日", "フォルダ", "所有者"]
    assert ["2027-03-10", "財政課/決算", "財政課", "財政課 庶務", "財政課/決算"] in [row[:5] for row in rows]
    assert not [cell for row in rows for cell in row if cell.startswith("=")]


def test_the_timers_report_is_the_months_and_in_april_the_years_too(disk: Path, tmp_path: Path) -> None:
    for day in ("R9.3.1", "R9.4.1"):
        assert rules_report.main(["--root", str(disk), "--reports", str(tmp_path), "--on", day]) == 0
    names = {each.name for each in tmp_path.glob("*.csv")}
    assert names == {"運用ルール_2027-03.csv", "運用ルール_2027-04.csv", "運用ルール_令和9年度.csv"}
    for name, far in (("運用ルール_2027-03.csv", False), ("運用ルール_令和9年度.csv", True)):
        rows = list(csv.reader((tmp_path / name).read_text("utf-8-sig").splitlines()))
        assert ("遠い" in {row[1] for row in rows}) is far
    assert [cell for row in csv.reader(io.StringIO(written([]).decode("utf-8-sig"))) for cell in row] == [
        *rules.TITLES
    ]


def test_the_unit_asks_for_what_the_command_knows() -> None:
    unit = (UNITS / "mahoroba-share-rules.service").read_text("utf-8")
    (line,) = [line for line in unit.splitlines() if line.startswith("ExecStart=")]
    program, command, *options = line.removeprefix("ExecStart=").split()
    assert (program, command) == ("/usr/bin/mahoroba", "share-rules")
    asked = rules_report._parser().parse_args(options)
    assert f"StateDirectory={asked.reports.relative_to('/var/lib')}" in unit, "where it may write"
    assert f"RequiresMountsFor={asked.root}" in unit
    assert {f"../../units/{each.name}" for each in UNITS.glob("mahoroba-share-rules.*")} <= set(PLACES)


@pytest.mark.parametrize(
    "text",
    [
        "フォルダ,所有者\r\na,b",
        TITLES + "a,,,,,,",
        TITLES + "a,x,,来年,,,",
        TITLES + "../a,x,,,,,",
        TITLES + "a,x,,,長い,,",
        TITLES + "a,x,,,-1,,",
        TITLES + "a,x,,,,nan,",
        TITLES + "a,x,,,,,,余分",
        TITLES + "a,x",
    ],
)
def test_rules_that_cannot_be_read_are_said_so(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, "utf-8")
    with pytest.raises(SuiteError) as error:
        rules.load(LocalStorage(tmp_path))
    assert error.value.code == "SHARE-050"


def test_a_report_that_cannot_be_written_says_where(disk: Path) -> None:
    with pytest.raises(SuiteError) as error:
        rules_report.main(["--root", str(disk), "--csv", str(disk / "nothere" / "r.csv")])
    assert error.value.code == "SHARE-051"


def test_no_file_is_no_rule(tmp_path: Path) -> None:
    assert rules.load(LocalStorage(tmp_path)) == []


def test_the_owner_and_the_cleaner_hear_of_an_end_a_month_ahead_and_nobody_else_does() -> None:
    known = [
        rules.Rule("財政課/決算", "財政課", "財政課 庶務", date(2027, 3, 31)),
        rules.Rule("財政課/済", "監査課", "財政課　庶務", date(2027, 3, 9)),
        rules.Rule("財政課/遠い", "財政課", "財政課", date(2027, 4, 11)),
        rules.Rule("財政課第二", "財政課第二係", "財政課第二係", date(2027, 3, 31)),
        rules.Rule("財政課/無期限", "財政課", "財政課"),
    ]
    assert [(f.path, f.why) for f in rules.ending(known, "財政課", TODAY)] == [
        ("財政課/済", Why.ENDED),
        ("財政課/決算", Why.ENDS),
    ]
    assert [f.path for f in rules.ending(known, "監査課", TODAY)] == ["財政課/済"]
    assert rules.ending(known, "財政課", date(2027, 2, 5)) == []
