"""Model cases on a local path and a real Samba: made in one act, undone while nothing was added."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from core.clock import TOKYO
from core.errors import SuiteError
from core.events import Events
from core.jobs import Cancelled, Report
from core.secrets import MemorySecrets
from sharefolder import rules
from sharefolder.cases import Case, Cases
from sharefolder.rule_book import RuleBook, end_of_keeping
from sharefolder.service import ShareService
from tests.fakes.samba import PASSWORD, Samba

QUIET = Report(lambda _done, _total, _text: None)
NAME = "共有"
RULES = (
    ",".join(rules.TITLES) + "\r\n,,,5年,,,\r\n写真,土木部,,,,1.5,年月日_*\r\n議事録,,庶務,R9.3.31,365,,\r\n"
)


class Desk:
    """A share with one case, and the service as a page uses it."""

    def __init__(self, service: ShareService, disk: Path) -> None:
        self.service, self.disk = service, disk
        case = disk / "モデルケース" / "災害対応"
        for folder in ("写真", "議事録/令和"):
            (case / folder).mkdir(parents=True)
        (case / "議事録" / "様式.txt").write_text("日時、出席者", "utf-8")
        (case / "説明.txt").write_text("災害が起きたときの、対策本部の書類一式です。", "utf-8-sig")
        (case / "運用ルール.csv").write_bytes(RULES.encode("cp932"))
        (case / "~$様式.txt").write_bytes(b"\x05lock")
        (disk / "防災課").mkdir()

    @property
    def cases(self) -> Cases:
        return self.service.cases(NAME)

    def case(self) -> Case:
        found, broken = self.cases.every(QUIET)
        assert (len(found), broken) == (1, [])
        return found[0]

    def tree(self, folder: str = "") -> set[str]:
        return {path.relative_to(self.disk).as_posix() for path in (self.disk / folder).rglob("*")}


@pytest.fixture(params=["local", "samba"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    service = ShareService(tmp_path / "home", Events(), lambda: "K1", secrets=MemorySecrets())
    if request.param == "local":
        disk = tmp_path / "share"
        disk.mkdir()
        service.add_place(NAME, str(disk))
    else:
        server: Samba = request.getfixturevalue("samba")
        disk = server.export
        for each in disk.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        service.add_place(NAME, f"smb://127.0.0.1:{server.port}/zencho", "root", PASSWORD)
    yield Desk(service, disk)
    service.leave()
    service.close()


def test_a_case_is_made_whole_with_its_documents_and_its_rules(desk: Desk) -> None:
    case = desk.case()
    assert case.about == "災害が起きたときの、対策本部の書類一式です。"
    made = desk.cases.make(case, "防災課", "令和8年7月豪雨", "防災課", QUIET)
    assert desk.tree("防災課") == {
        f"防災課/令和8年7月豪雨{rest}"
        for rest in ("", "/写真", "/議事録", "/議事録/令和", "/議事録/様式.txt")
    }
    assert (desk.disk / made.folder / "議事録" / "様式.txt").read_text("utf-8") == "日時、出席者"
    today = datetime.now(TOKYO).date()
    rule = desk.service.ruling.rule(NAME, made.folder)
    assert rule is not None
    assert (rule.owner, rule.cleaner, rule.until) == ("防災課", "防災課", end_of_keeping(today, 5))
    photos = desk.service.ruling.rule(NAME, f"{made.folder}/写真/南")
    assert photos is not None
    assert (photos.owner, photos.gigabytes, photos.naming) == ("土木部", 1.5, "年月日_*")
    minutes = desk.service.ruling.rule(NAME, f"{made.folder}/議事録")
    assert minutes is not None
    assert (minutes.owner, minutes.cleaner, minutes.until) == ("防災課", "庶務", date(2027, 3, 31))
    assert desk.service.ruling.rule(NAME, "防災課") is None


def test_a_taken_or_impossible_name_makes_nothing(desk: Desk) -> None:
    case, before = desk.case(), desk.tree()
    for name, code in (("議事録", "SHARE-005"), ("aux", "SHARE-006"), ("../x", "SHARE-008")):
        if name == "議事録":
            (desk.disk / "防災課" / name).mkdir()
            before = desk.tree()
        with pytest.raises(SuiteError) as error:
            desk.cases.make(case, "防災課", name, "防災課", QUIET)
        assert error.value.code in (code, "SHARE-006")
        assert desk.tree() == before


def test_cut_off_in_the_middle_it_leaves_nothing_and_no_rule(desk: Desk) -> None:
    case, before = desk.case(), desk.tree()

    def cut(done: float, _total: float | None, _text: str) -> None:
        if done >= 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        desk.cases.make(case, "防災課", "豪雨", "防災課", Report(cut))
    assert desk.tree() == before


def test_it_is_undone_into_the_bin_while_nothing_was_added(desk: Desk) -> None:
    made = desk.cases.make(desk.case(), "防災課", "豪雨", "防災課", QUIET)
    trashed = desk.service.beginnings.unmake(NAME, made)
    assert {path.split("/")[1] for path in desk.tree("防災課")} == {".recycle"}
    assert desk.service.ruling.rule(NAME, made.folder) is None
    desk.service.changes.bring_back(NAME, trashed)
    assert (desk.disk / made.folder / "議事録" / "様式.txt").is_file()
    assert desk.service.ruling.rule(NAME, made.folder) is not None


@pytest.mark.parametrize("what", ["added", "changed", "deep"])
def test_what_somebody_put_there_is_never_taken_away_with_it(desk: Desk, what: str) -> None:
    made = desk.cases.make(desk.case(), "防災課", "豪雨", "防災課", QUIET)
    if what == "changed":
        (desk.disk / made.folder / "議事録" / "様式.txt").write_text("書いた", "utf-8")
    else:
        (desk.disk / made.folder / ("写真" if what == "added" else "議事録/令和") / "新.txt").write_text("x")
    with pytest.raises(SuiteError) as error:
        desk.service.beginnings.unmake(NAME, made)
    assert error.value.code == "SHARE-066"
    assert (desk.disk / made.folder / "議事録").is_dir()


def test_hostile_cases_are_named_and_the_others_hold(desk: Desk) -> None:
    bad = desk.disk / "モデルケース" / "悪い"
    bad.mkdir()
    (bad / "運用ルール.csv").write_text("フォルダ\n../x", "utf-8")
    formula = desk.disk / "モデルケース" / "式"
    formula.mkdir()
    (formula / "運用ルール.csv").write_text(",".join(rules.TITLES) + "\n,=cmd(),,,,,", "utf-8")
    (desk.disk / "モデルケース" / "輪").symlink_to("/etc")
    found, broken = desk.cases.every(QUIET)
    assert [each.name for each in found] == ["式", "災害対応"]
    assert [each.code for each in broken] == ["SHARE-050"]
    before = desk.tree("防災課")
    with pytest.raises(SuiteError) as error:
        desk.cases.make(found[0], "防災課", "x", "防災課", QUIET)
    assert error.value.code == "SHARE-065"
    assert desk.tree("防災課") == before


def test_a_damaged_file_of_rules_silences_no_other(desk: Desk) -> None:
    made = desk.cases.make(desk.case(), "防災課", "豪雨", "防災課", QUIET)
    (desk.disk / "運用ルール" / "壊れた.csv").write_bytes(b"\x00\xff")
    book = RuleBook(desk.service._storage(NAME))
    known, broken = book.whole()
    assert rules.rule_of(known, made.folder) is not None
    assert [each.code for each in broken] == ["SHARE-050"]
    (desk.disk / "運用ルール.csv").write_text(
        ",".join(rules.TITLES) + f"\n{made.folder},監査課,,,,,", "utf-8"
    )
    own = rules.rule_of(book.every(), made.folder)
    assert own is not None
    assert own.owner == "監査課", "the share's own file counts first"


def test_keeping_ends_with_a_fiscal_year() -> None:
    assert end_of_keeping(date(2026, 4, 1), 5) == date(2032, 3, 31)
    assert end_of_keeping(date(2027, 3, 31), 5) == date(2032, 3, 31)
    assert end_of_keeping(date(2027, 4, 1), 1) == date(2029, 3, 31)
