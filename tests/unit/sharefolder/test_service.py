from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import SuiteError
from core.events import Events
from core.jobs import Cancelled, Report
from core.secrets import MemorySecrets
from sharefolder import sample, trail
from sharefolder.changes import Halfway
from sharefolder.index.store import Wish
from sharefolder.inquiry.model import State
from sharefolder.journal import Task
from sharefolder.marks import Mark
from sharefolder.places import Places
from sharefolder.ports import Credential
from sharefolder.service import ShareChanged, ShareService
from sharefolder.smb import SmbStorage
from sharefolder.transfer import IfExists

NOTHING = Report(lambda _done, _total, _text: None)


class Share:
    def __init__(self, root: Path) -> None:
        self.disk = root / "share"
        self.disk.mkdir()
        self.home = root / "home"
        self.events = Events()
        self.open()
        self.service.add_place("全庁", str(self.disk))

    def open(self) -> None:
        self.service = ShareService(self.home, self.events, lambda: "K100234")

    def names(self, folder: str = "") -> set[str]:
        return {e.name for batch in self.service.entries("全庁", folder) for e in batch}

    def entry(self, name: str, folder: str = ""):  # type: ignore[no-untyped-def]
        return next(e for batch in self.service.entries("全庁", folder) for e in batch if e.name == name)


@pytest.fixture
def share(tmp_path: Path) -> Iterator[Share]:
    made = Share(tmp_path)
    yield made
    made.service.close()


def test_a_place_that_does_not_answer_is_not_added(share: Share, tmp_path: Path) -> None:
    for address, code in (
        ("/nowhere/at/all", "SHARE-001"),
        ("relative", "SHARE-031"),
        ("smb://", "SHARE-031"),
    ):
        with pytest.raises(SuiteError) as error:
            share.service.add_place("x", address)
        assert error.value.code == code
    assert [p.name for p in share.service.places()] == ["全庁"]


def test_folders_are_sent_with_what_is_in_them_and_bad_names_are_told(share: Share, tmp_path: Path) -> None:
    source = tmp_path / "送る"
    (source / "中").mkdir(parents=True)
    (source / "中" / "a.txt").write_text("a")
    (source / "nul.txt").write_text("b")
    seen: list[ShareChanged] = []
    share.events.subscribe(ShareChanged, seen.append)
    batch = share.service.upload("全庁", "", [source], IfExists.ASK, NOTHING)
    assert [s.path for s in batch.sent] == ["送る/中/a.txt"]
    assert [name for name, _why in batch.refused] == ["nul.txt"]
    assert ShareChanged("全庁", "送る/中") in seen
    assert share.service.sending.pending() == []


def test_a_taken_name_stops_before_anything_is_sent(share: Share, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("new")
    (share.disk / "b.txt").write_text("old")
    with pytest.raises(SuiteError) as error:
        share.service.upload("全庁", "", [tmp_path / "a.txt", tmp_path / "b.txt"], IfExists.ASK, NOTHING)
    assert error.value.code == "SHARE-005"
    assert share.names() == {"b.txt"}


def test_the_date_of_a_file_comes_with_it_but_an_answer_is_of_when_it_was_handed_in(
    share: Share, tmp_path: Path
) -> None:
    made = [tmp_path / name for name in ("小.txt", "小二.txt", "大.bin")]
    for path in made:
        path.write_bytes(bytes(200_000 if path.suffix == ".bin" else 20))
        os.utime(path, (1e9, 1e9))
    began = time.time() - 60
    share.service.upload("全庁", "", made, IfExists.ASK, NOTHING)
    assert {share.entry(path.name).changed for path in made} == {1e9}
    answers = "照会/備蓄/回答/道路課"
    (share.disk / answers).mkdir(parents=True)
    share.service.upload("全庁", answers, made, IfExists.ASK, NOTHING)
    (share.disk / "写し").mkdir()
    for folder in ("写し", f"{answers}/写し"):
        (share.disk / folder).mkdir(exist_ok=True)
        share.service.changes.copy_into("全庁", [share.entry(made[0].name)], folder, NOTHING)
    assert share.entry(made[0].name, "写し").changed == 1e9
    handed = [share.entry(path.name, answers) for path in made]
    handed.append(share.entry(made[0].name, f"{answers}/写し"))
    assert all(entry.changed > began for entry in handed)


def test_what_was_cut_goes_on_after_a_restart(share: Share, tmp_path: Path) -> None:
    big = tmp_path / "大.bin"
    big.write_bytes(bytes(range(256)) * 16_384 * 2)
    steps = [0]

    def cut(_done: float, _total: float | None, _text: str) -> None:
        steps[0] += 1
        if steps[0] > 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        share.service.upload("全庁", "", [big], IfExists.ASK, Report(cut))
    assert share.names() == set()
    share.open()
    assert [Path(task.here).name for task in share.service.sending.pending()] == ["大.bin"]
    batch = share.service.sending.resume(NOTHING)
    assert batch.sent[0].resumed > 0
    assert (share.disk / "大.bin").read_bytes() == big.read_bytes()
    assert share.service.sending.pending() == []


def test_a_deleted_thing_lies_in_the_bin_and_comes_back(share: Share) -> None:
    (share.disk / "a.txt").write_text("a")
    trashed = share.service.changes.trash("全庁", [share.entry("a.txt")])
    assert share.names() == set()
    share.service.changes.bring_back("全庁", trashed)
    assert (share.disk / "a.txt").read_text() == "a"


def test_what_comes_back_never_lands_on_another(share: Share) -> None:
    (share.disk / "a.txt").write_text("old")
    trashed = share.service.changes.trash("全庁", [share.entry("a.txt")])
    (share.disk / "a.txt").write_text("new")
    with pytest.raises(SuiteError) as error:
        share.service.changes.bring_back("全庁", trashed)
    assert error.value.code == "SHARE-005"
    assert (share.disk / "a.txt").read_text() == "new"


def test_very_many_deletions_stop_and_ask(share: Share) -> None:
    for number in range(40):
        (share.disk / f"{number}.txt").touch()
    every = [e for batch in share.service.entries("全庁", "") for e in batch]
    share.service.changes.trash("全庁", every[:20])
    with pytest.raises(SuiteError) as error:
        share.service.changes.trash("全庁", every[20:])
    assert error.value.code == "SHARE-030"
    assert len(share.names()) == 20
    share.service.changes.trash("全庁", every[20:], confirmed=True)
    assert share.names() == set()
    (share.disk / "一つ.txt").touch()
    share.service.changes.trash(
        "全庁", [share.entry("一つ.txt")]
    )  # who has just confirmed is not asked again


def test_one_folder_with_very_much_in_it_is_very_many_changes(share: Share) -> None:
    for path in ("大", "大/a", "大/a/b", "小", "移す先"):
        (share.disk / path).mkdir()
    for number in range(28):
        (share.disk / "大" / "a" / "b" / f"{number}.txt").touch()
    (share.disk / "小" / "1.txt").touch()
    changes = share.service.changes
    for verb in (
        lambda ok: changes.trash("全庁", [share.entry("大")], ok),
        lambda ok: changes.move_into("全庁", [share.entry("大")], "移す先", ok),
    ):
        with pytest.raises(SuiteError) as error:
            verb(False)
        assert error.value.code == "SHARE-030"
        assert share.names() == {"大", "小", "移す先"}
    assert changes.move_into("全庁", [share.entry("大")], "移す先", confirmed=True) == []
    changes.trash("全庁", [share.entry("小")])
    assert share.names() == {"移す先"}


def test_what_went_before_a_deletion_stopped_can_be_brought_back(share: Share) -> None:
    for name in ("a.txt", "b.txt"):
        (share.disk / name).write_text(name)
    entries = [share.entry("a.txt"), share.entry("b.txt")]
    (share.disk / "b.txt").unlink()
    with pytest.raises(Halfway) as error:
        share.service.changes.trash("全庁", entries)
    assert error.value.code == "SHARE-002"
    assert [each.path for each in error.value.done] == ["a.txt"]
    share.service.changes.bring_back("全庁", error.value.done)
    assert share.names() == {"a.txt"}


def test_a_rename_to_a_bad_name_proposes_one(share: Share) -> None:
    (share.disk / "a.txt").touch()
    with pytest.raises(SuiteError) as error:
        share.service.changes.rename("全庁", share.entry("a.txt"), "いつ?.txt")
    assert (error.value.code, "いつ？.txt" in error.value.next_step) == ("SHARE-006", True)


def test_search_gives_only_what_the_reader_may_open(share: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("給与.txt", "給与（秘）.txt"):
        (share.disk / name).write_text("給与の資料", "utf-8")
    share.service.index_again("全庁", NOTHING)
    storage = share.service._at("全庁").storage
    monkeypatch.setattr(storage, "all_readable", lambda paths: ["秘" not in path for path in paths])
    assert [h.entry.name for h in share.service.search("全庁", Wish("給与"))] == ["給与.txt"]


def test_the_trial_share_is_found_searched_and_has_an_inquiry_under_way(share: Share, tmp_path: Path) -> None:
    service = share.service
    sample.move_in(service, tmp_path / "trial")
    sample.move_in(service, tmp_path / "trial")
    hits = service.search(sample.NAME, Wish("毛布"))
    assert [h.entry.path for h in hits if h.in_text][:1] != []
    found = service.looks.sentence(sample.NAME, next(h.entry for h in hits if "手順" in h.entry.path), "毛布")
    assert found is not None
    assert "倉庫B" in found.text
    office = service.office(sample.NAME)
    inquiries, broken = office.inquiries()
    states = {r.section: r.state for r in office.board(inquiries[0], NOTHING)}
    assert broken == []
    assert {State.UNOPENED, State.ANSWERED, State.DOUBT} <= set(states.values())


def test_the_sections_are_the_offices_folders_and_none_of_the_suites_own(share: Share) -> None:
    """Every folder that the suite makes at the top of a share, each made by the act that makes it."""
    sample.move_in(share.service, share.disk.parent / "trial")
    offices = {*sample.SECTIONS, "全庁"}
    cases = share.service.cases(sample.NAME)
    case = next(c for c in cases.every(NOTHING)[0] if c.rules)
    share.service.beginnings.make_case(sample.NAME, case, "防災課", "地震", "防災課", NOTHING)
    share.service.changes.make_folder(sample.NAME, "", "もう無い課")
    every = [e for batch in share.service.entries(sample.NAME, "") for e in batch]
    share.service.changes.trash(sample.NAME, [e for e in every if e.name == "もう無い課"])
    there = {each.name for each in (share.disk.parent / "trial" / "sample").iterdir() if each.is_dir()}
    assert there - offices == {"照会", "仕様書ライブラリ", "モデルケース", "運用ルール", ".recycle"}
    assert share.service.sections(sample.NAME) == sorted(offices)


def test_each_change_leaves_its_line_and_no_name_in_it(tmp_path: Path) -> None:
    made = Share(tmp_path)
    lines: list[tuple[str, str, dict[str, object]]] = []
    made.service.close()
    made.service = ShareService(
        made.home, made.events, lambda: "K100234", tell=lambda a, s, d: lines.append((a, s, dict(d)))
    )
    (tmp_path / "山本花子 診断書.txt").write_text("1")
    made.service.changes.make_folder("全庁", "", "人事課")
    made.service.upload("全庁", "人事課", [tmp_path / "山本花子 診断書.txt"], IfExists.ASK, NOTHING)
    sent = made.entry("山本花子 診断書.txt", "人事課")
    made.service.changes.rename("全庁", sent, "診断書.txt")
    renamed = made.entry("診断書.txt", "人事課")
    made.service.changes.move_into("全庁", [renamed], "")
    trashed = made.service.changes.trash("全庁", [made.entry("診断書.txt")])
    made.service.changes.bring_back("全庁", trashed)
    made.service.changes.copy_into("全庁", [made.entry("診断書.txt")], "人事課", NOTHING)
    made.service.close()
    assert [action for action, _s, _d in lines] == [
        "share.folder.made",
        "share.sent",
        "share.renamed",
        "share.renamed",
        "share.moved",
        "share.moved",
        "share.trashed",
        "share.restored",
        "share.copied",
    ]
    assert "山本" not in repr(lines)
    assert lines[1][1] == trail.key("全庁", "人事課/山本花子 診断書.txt"), (
        "whoever has the file finds its line"
    )
    assert lines[1][2] == {"place": "全庁", "section": "人事課"}


def test_very_many_replacements_stop_and_ask(share: Share, tmp_path: Path) -> None:
    source = tmp_path / "送る"
    source.mkdir()
    for number in range(40):
        (source / f"{number}.txt").write_text("new")
    share.service.upload("全庁", "", [source], IfExists.ASK, NOTHING)
    for file in source.iterdir():
        file.write_text("encrypted")
    with pytest.raises(SuiteError) as error:
        share.service.upload("全庁", "", [source], IfExists.REPLACE, NOTHING)
    assert error.value.code == "SHARE-030"
    assert {p.read_text() for p in (share.disk / "送る").iterdir()} == {"new"}
    share.service.upload("全庁", "", [source], IfExists.REPLACE, NOTHING, confirmed=True)
    assert {p.read_text() for p in (share.disk / "送る").iterdir()} == {"encrypted"}


def test_a_folder_is_fetched_with_all_that_is_in_it(share: Share, tmp_path: Path) -> None:
    (share.disk / "a" / "b").mkdir(parents=True)
    (share.disk / "a" / "b" / "c.txt").write_text("c")
    (share.disk / "a" / "d.txt").write_text("d")
    (tmp_path / "here").mkdir()
    share.service.download("全庁", [share.entry("a")], tmp_path / "here", IfExists.ASK, NOTHING)
    found = {str(p.relative_to(tmp_path / "here")): p.is_dir() for p in (tmp_path / "here").rglob("*")}
    assert found == {"a": True, "a/b": True, "a/b/c.txt": False, "a/d.txt": False}


def test_a_folder_is_not_moved_into_itself(share: Share) -> None:
    (share.disk / "a" / "b").mkdir(parents=True)
    for inside in ("a/b", "A/b"):
        with pytest.raises(SuiteError) as error:
            share.service.changes.move_into("全庁", [share.entry("a")], inside)
        assert error.value.code == "SHARE-013"


def test_an_accounts_password_lies_in_the_secret_store_only(tmp_path: Path) -> None:
    """Where a server knows no tickets; the next start finds it there, and no file of ours holds it."""
    secrets, disk = MemorySecrets(), tmp_path / "share"
    disk.mkdir()
    service = ShareService(tmp_path / "home", Events(), lambda: "", secrets=secrets)
    service.add_place("庶務", str(disk), "shomu", "Ken-2026-test")
    service.close()
    assert all(b"Ken-2026-test" not in f.read_bytes() for f in (tmp_path / "home").rglob("*") if f.is_file())
    kept = Places(tmp_path / "home" / "places.json", Credential, secrets)
    (place,) = kept.every()
    assert (place.account, kept._password(place)) == ("shomu", "Ken-2026-test")


def test_the_next_person_at_a_shared_terminal_finds_nothing_of_the_former_open(tmp_path: Path) -> None:
    here = ["K100234"]
    (tmp_path / "disk").mkdir()
    service = ShareService(tmp_path / "home", Events(), lambda: here[0])
    service.add_place("全庁", str(tmp_path / "disk"))
    former = service._at("全庁").storage
    service.marks.used(Mark("全庁", "人事/異動案.xlsx"))
    journal = service.sending._journal
    journal.begin([Task("全庁", True, "/home/異動案.xlsx", "人事", IfExists.ASK)])
    service.leave()
    here[0] = "K100871"
    assert service._at("全庁").storage is not former, "the server is asked anew, as whoever is here now"
    assert service.marks.recent() == []
    assert journal.open() == [], "nor what the former had begun to send"
    here[0] = "K100234"
    assert len(journal.open()) == 1
    assert [mark.path for mark in service.marks.recent()] == ["人事/異動案.xlsx"]
    service.close()


def test_a_share_that_a_person_has_left_is_not_gone_on_with_as_the_next() -> None:
    """What is still under way would connect anew, with whatever ticket is there by then."""
    storage = SmbStorage("files.invalid", "share", Credential)
    storage.close()
    with pytest.raises(SuiteError) as error:
        storage.stat("人事/異動案.xlsx")
    assert error.value.code == "SHARE-001"
