"""The inventory takes up what terminals say, refuses what is no report, and counts programs and licences."""

from __future__ import annotations

import json
import os
from datetime import date, timedelta
from pathlib import Path

import pytest

from core.errors import SuiteError
from office import licences
from office.health import drift, summary
from office.schema import open_sql
from office.storage import Storage
from office.terminals import Inventory, Report, parse
from office.trail import SignIns

NOW = 1_800_000_000.0


def report(name: str = "T-001", seen: float = NOW - 60, **more: object) -> Report:
    fields = {"model": "Maker Note", "os": "Debian 12", "version": "1.0", **more}
    return Report(name, seen=seen, **fields)  # type: ignore[arg-type]


@pytest.fixture
def inventory(tmp_path: Path) -> Inventory:
    return Inventory(open_sql(tmp_path / "office.db"), lambda: "K100234", lambda: NOW)


def test_a_report_comes_back_as_it_was_said() -> None:
    said = report(cameras=("Cam",), state="fail", failed=("disk",), programs=(("office", "7.4"),))
    assert parse(said.encoded(), NOW) == said
    assert parse(report(seen=NOW + 9999).encoded(), NOW).seen == NOW, "a clock that runs ahead"


def test_a_report_from_another_year_is_named_and_keeps_nothing_fresh(tmp_path: Path) -> None:
    clock = [NOW]
    house = Inventory(open_sql(tmp_path / "office.db"), lambda: "K100234", lambda: clock[0])
    ahead, later = report("T-001", NOW + 40 * 365 * 86_400), report("T-002", NOW + 3600)
    for each in (ahead, later):
        (tmp_path / f"{each.name}.json").write_bytes(each.encoded())
    assert house.collect(tmp_path).refused == ("T-001.json",)
    clock[0] += 300 * 86_400
    assert house.collect(tmp_path).refused == ("T-001.json",)
    assert house.managed(["T-001", "T-002"]) == 0
    assert [each.stale(clock[0]) for each in house.terminals()] == [True]


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2}, {"name": "../x"}, {"name": ""}, {"name": 5}, {"seen": "now"}, {"seen": True},
        {"seen": float("nan")}, {"state": "fine"}, {"programs": [["a"]]},
        {"programs": [["a", "1"], ["a", "2"]]},
        {"programs": [["a", 1]]}, {"programs": [["x" * 201, "1"]]}, {"programs": {}}, {"cameras": "Cam"},
        {"failed": ["a\nb"]}, {"model": None}, {"programs": [[str(n), "1"] for n in range(1001)]},
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused(change: dict[str, object]) -> None:
    content = json.dumps({**json.loads(report().encoded()), **change}).encode()
    with pytest.raises(ValueError, match=r"not|none|clock"):
        parse(content, NOW)


def test_a_folder_is_collected_once_each_and_names_what_it_left_out(
    inventory: Inventory, tmp_path: Path
) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "T-001.json").write_bytes(report().encoded())
    (folder / "T-002.json").write_bytes(report("T-001").encoded())  # speaks for another
    (folder / "T-003.json").write_bytes(b"[" * 100_000)
    os.symlink("/dev/zero", folder / "T-004.json")
    found = inventory.collect(folder)
    assert (found.taken, found.refused) == (1, ("T-002.json", "T-003.json", "T-004.json"))
    assert inventory.collect(folder).taken == 0
    assert [each.name for each in inventory.terminals()] == ["T-001"]
    with pytest.raises(SuiteError, match="INV-001"):
        inventory.collect(tmp_path / "nowhere")


def test_programs_are_counted_over_the_house_and_against_licences(inventory: Inventory) -> None:
    inventory.take(report("T-001", programs=(("office", "7"), ("cad", "1"))))
    inventory.take(report("T-002", programs=(("office", "8"),)))
    inventory.take(report("T-001", programs=(("office", "8"),)))
    assert [(t.name, t.found) for t in inventory.titles()] == [("office", 2)]
    assert inventory.programs("T-001") == [("office", "8")]
    assert inventory.take_licences("ソフトウェア,保有数\noffice,1\n会計,5\n".encode("cp932")) == 2
    assert [(t.name, t.found, t.owned) for t in inventory.titles()] == [("office", 2, 1), ("会計", 0, 5)]
    for broken in (b"a,b\n1,2\n", "ソフトウェア,保有数\nx,-1\n".encode(), b"\xff\xfe\x00"):
        with pytest.raises(SuiteError, match="INV-002"):
            inventory.take_licences(broken)
    assert len(inventory.titles()) == 2


def test_the_list_of_programs_says_what_is_missing_and_is_read_again(inventory: Inventory) -> None:
    inventory.take(report("T-001", programs=(("office", "7"), ("free", "1"))))
    inventory.take(report("T-002", programs=(("office", "8"),)))
    inventory.take_licences("ソフトウェア,保有数\noffice,1\n会計,5\n".encode())
    lines = [",".join(line) for line in licences.table(inventory.titles())]
    assert lines == [
        "ソフトウェア,見つかった台数,保有数,不足,余り", "office,2,1,1,0", "free,1,,,", "会計,0,5,0,5",
    ]  # fmt: skip
    assert licences.parse("\n".join(lines).encode()) == {"office": 1, "会計": 5}


def test_only_terminals_that_still_report_are_managed(inventory: Inventory) -> None:
    inventory.take(report("T-001"))
    inventory.take(report("T-002", seen=NOW - 40 * 86_400))
    inventory.take(report("T-009"))
    assert inventory.managed(["T-001", "T-002", "T-003"]) == 1


def test_sign_ins_are_summed_by_reason_and_hour() -> None:
    cells = [
        SignIns("2026-11-25", 8, "sign-in.accepted", "accepted", 90),
        SignIns("2026-11-25", 8, "sign-in.refused", "flat", 3),
        SignIns("2026-11-26", 8, "sign-in.refused", "not-alike", 7),
    ]
    found = summary(cells)
    assert (found.accepted, found.refused) == (90, 10)
    assert found.by_reason == (("not-alike", 7), ("flat", 3))
    assert found.by_hour[8] == (90, 10)


def test_a_camera_that_drifts_stands_first_and_few_sign_ins_say_nothing() -> None:
    sums = [("T-1", 50, 10.0, 50, 15.0), ("T-2", 50, 10.0, 50, 10.5), ("T-3", 2, 0.2, 2, 1.8)]
    found = drift(sums, {"T-1": "old", "T-2": "new", "T-3": "rare"})
    assert [(each.model, round(each.now - each.before, 2)) for each in found] == [("old", 0.1), ("new", 0.01)]


def test_growth_is_what_was_added_a_day(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "calendar").mkdir(parents=True)
    (data / "calendar" / "k.db").write_bytes(b"x" * 1000)
    storage, today = Storage(open_sql(tmp_path / "office.db"), data), date(2026, 11, 25)
    first, _disk = storage.look(today - timedelta(days=10))
    assert [(each.name, each.now, each.growth) for each in first] == [("calendar", 1000, None)]
    (data / "calendar" / "k.db").write_bytes(b"x" * 6000)
    grown, disk = storage.look(today)
    assert [(each.now, each.growth) for each in grown] == [(6000, 500.0)]
    assert disk.days_left == disk.free // 500


def test_what_is_no_ordinary_file_holds_nobody_up(inventory: Inventory, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    (folder / "T-003.json").mkdir(parents=True)
    os.mkfifo(folder / "T-001.json")
    (tmp_path / "elsewhere").write_bytes(report("T-002").encoded())
    (folder / "T-002.json").symlink_to(tmp_path / "elsewhere")
    (folder / "T-004.json").write_bytes(report("T-004").encoded())
    found = inventory.collect(folder)
    assert (found.taken, found.refused) == (1, ("T-001.json", "T-002.json", "T-003.json"))
