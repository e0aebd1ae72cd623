"""The shared folder from outside, a journey a purpose, on a real Samba: found, sent, asked, explained."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import smbclient
import xlsxwriter
from blake3 import blake3
from python_calamine import CalamineWorkbook

from core.jobs import Report
from desktop.trial import Scene
from sharefolder.searching import ServiceBeside
from sharefolder.smb import Credential, SmbStorage
from tests.e2e.conftest import Suite
from tests.e2e.person import Person
from tests.e2e.test_the_day import PIN, registers_first
from tests.fakes.samba import PASSWORD, Samba, running

pytestmark = [pytest.mark.root, pytest.mark.timeout(600)]
HUGE = int(os.environ.get("MAHOROBA_TEST_HUGE", 400_000_000))
"""Bytes of what is sent, closed and gone on with; 5_000_000_000 as in the plan where there is the time."""
QUIET = Report(lambda _done, _total, _text: None)


class Share:
    """A Samba of the office; ``games`` (道路建設課) sits before the screen, ``root`` is everybody else."""

    def __init__(self, server: Samba) -> None:
        self.disk, self.port = server.export, server.port
        self.disk.chmod(0o777)
        server.admit("games")

    def write(self, path: str, content: bytes | str, mode: int = 0o666) -> Path:
        """As a colleague, who lets others read and write unless ``mode`` says otherwise."""
        file = self.disk / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.parent.chmod(0o777)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        file.chmod(mode)
        return file

    def serve_index(self, home: Path) -> ServiceBeside:
        """IT's index service beside it."""
        beside = ServiceBeside(self.disk, home)
        storage = SmbStorage("127.0.0.1", "zencho", lambda: Credential("root", PASSWORD), port=self.port)
        beside.ready(storage, QUIET)
        storage.close()
        return beside


@pytest.fixture
def share() -> Iterator[Share]:
    if reason := Samba.missing():
        pytest.skip(reason)
    with running() as server:
        yield Share(server)


def at_the_share(suite: Suite, share: Share) -> Person:
    """The first start, by PIN; the office's Samba is added with its own account, as it knows no tickets."""
    suite.camera_shows(Scene.NOBODY)
    person = suite.start()
    registers_first(person)
    person.presses("顔は使わない")
    person.sees("山本 花子 さん")
    person.clicks("共有フォルダ")
    person.sees("13 件", 60)
    person.chooses_from_menu("お気に入り・その他", 4)
    person.enters("共有の場所（smb://サーバ/共有 またはフォルダ）", f"smb://127.0.0.1:{share.port}/zencho")
    person.enters("このサーバーの利用者名", "games")
    person.enters("そのパスワード", PASSWORD)
    person.sees("フォルダ zencho へ")
    return person


def picks(person: Person, file: Path) -> None:
    """In the system's own dialogue."""
    person.enters("File name:", str(file))


def until(true: Callable[[], bool], patience: float = 60) -> None:
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_finds_a_document_by_two_characters_inside_it(suite: Suite, share: Share, tmp_path: Path) -> None:
    """資料を探す: by the office's index service; the sentence is shown, a secret one is not even named."""
    share.write("防災課/手引.txt", "倉庫の鍵は守衛室にあります。\n土嚢は北側に積みます。")
    share.write("防災課/極秘.txt", "土嚢の予算", 0o600)
    beside = share.serve_index(tmp_path / "index")
    try:
        person = at_the_share(suite, share)
        person.writes("この共有を検索", "土嚢")
        person.sees("「土嚢」: 1 件")
        person.sees("土嚢は北側に積みます。", role="list_item")
        person.photographs("found")
    finally:
        beside.close()


@pytest.mark.long
def test_learns_why_a_file_cannot_be_written(suite: Suite, share: Share) -> None:
    """権限がない理由を知る: who may, that I am not among them, and whom to ask."""
    share.write("財政課/査定方針.txt", "方針", 0o644)
    person = at_the_share(suite, share)
    person.opens("財政課")
    person.selects("査定方針.txt")
    person.sees("あなたは読めますが、書けません。")
    person.sees("必要なときは、所有者（root）に頼んでください。")
    person.photographs("why-not")


@pytest.mark.long
def test_sends_what_has_the_same_name(suite: Suite, share: Share, tmp_path: Path) -> None:
    """同じ名前がある: asked before anything is sent; both are kept."""
    there = share.write("名簿.txt", "前からあるもの")
    mine = tmp_path / "名簿.txt"
    mine.write_text("わたしのもの", "utf-8")
    person = at_the_share(suite, share)
    person.presses("ファイルを送る")
    picks(person, mine)
    person.sees("同じ名前のものがすでにあります。")
    person.photographs("asked")
    person.presses("両方残す")
    person.sees("内容が一致することを確かめました。")
    person.sees("名簿 (2).txt")
    assert there.read_text("utf-8") == "前からあるもの"
    assert (share.disk / "名簿 (2).txt").read_text("utf-8") == "わたしのもの"


@pytest.mark.long
def test_sends_what_a_colleague_has_open(suite: Suite, share: Share, tmp_path: Path) -> None:
    """相手が開いている: theirs stays as it is, mine lies beside it under a name that says so."""
    there = share.write("予算.txt", "相手のもの")
    mine = tmp_path / "予算.txt"
    mine.write_text("わたしのもの", "utf-8")
    person = at_the_share(suite, share)
    named = {"username": "root", "password": PASSWORD, "port": share.port, "connection_cache": {}}
    with smbclient.open_file(r"\\127.0.0.1\zencho\予算.txt", mode="rb", **named):  # as Excel: nobody else
        person.presses("ファイルを送る")
        picks(person, mine)
        person.presses("置き換える")
        person.sees("相手が開いているか変えたため")
        person.photographs("beside")
    smbclient.reset_connection_cache(connection_cache=named["connection_cache"])
    assert there.read_text("utf-8") == "相手のもの"
    assert (share.disk / "予算（競合）.txt").read_text("utf-8") == "わたしのもの"


@pytest.mark.long
def test_closes_in_the_middle_of_a_huge_file_and_goes_on(suite: Suite, share: Share, tmp_path: Path) -> None:
    """途中で閉じて続ける: what has arrived is not sent again, and the whole is the same."""
    huge = tmp_path / "航空写真.bin"
    draw, left = random.Random(5), HUGE
    with huge.open("wb") as out:
        while left > 0:
            left -= out.write(draw.randbytes(min(left, 4_000_000)))
    person = at_the_share(suite, share)
    person.presses("ファイルを送る")
    picks(person, huge)
    until(lambda: any(p.stat().st_size > HUGE // 10 for p in share.disk.glob(".mahoroba-*.part")))
    person.photographs("under-way")
    suite.stop()
    assert not (share.disk / "航空写真.bin").exists()
    person = suite.start()
    person.sees("照合できる顔が写りませんでした", 60)  # what is typed before that is cleared with the look
    person.enters("暗証番号", PIN)
    person.sees("山本 花子 さん")
    person.clicks("共有フォルダ")
    person.sees("前回の転送が 1 件、途中で止まっています。", 60)
    person.photographs("offered")
    person.presses("続ける")
    person.sees("内容が一致することを確かめました。", 300)
    assert blake3().update_mmap(share.disk / "航空写真.bin").digest() == blake3().update_mmap(huge).digest()
    assert not list(share.disk.glob(".mahoroba-*.part"))


@pytest.mark.long
def test_asks_three_sections_and_collates(suite: Suite, share: Share, tmp_path: Path) -> None:
    """照会を出して集める: the template out, two answers by people with a file manager, one table back."""
    for section in ("道路建設課", "財政課", "防災課"):
        share.write(f"{section}/部屋.txt", "")
    template = _book(tmp_path / "備品の照会.xlsx", None)
    person = at_the_share(suite, share)
    person.chooses("共有フォルダの画面: 照会")
    person.presses("照会を作る")
    person.presses("様式を選ぶ（Excel）")
    picks(person, template)
    person.sees("2 の欄")
    person.writes("回答の期限", (time.strftime("%Y-12-25")))
    person.writes("一覧にない所属", "道路建設課、財政課、防災課")  # those of the list are ticked in it
    person.presses("加える")
    person.sees("3 所属を選んでいます。")
    person.photographs("form")
    person.presses("各所属に配る")
    person.sees("0 / 3 所属が出しました。")
    answers = share.disk / "照会" / "備品の照会" / "回答"
    _book(answers / "財政課" / template.name, ("机", 12))
    _book(answers / "防災課" / template.name, ("毛布", "約300"))
    person.presses("読み直す")
    person.sees("2 / 3 所属が出しました。")
    person.sees("数の欄に言葉があります。")
    person.photographs("board")
    person.presses("集計する")
    picks(person, tmp_path / "集計.xlsx")
    person.sees("確かめることが 1 件あります。")
    rows = CalamineWorkbook.from_path(str(tmp_path / "集計.xlsx")).get_sheet_by_name("集計").to_python()
    assert [row[:3] for row in rows[3:]] == [["財政課", "机", 12.0], ["防災課", "毛布", "約300"]]


@pytest.mark.long
def test_answers_an_inquiry_on_the_screen(suite: Suite, share: Share, tmp_path: Path) -> None:
    """画面で照会に答える: by keyboard and screen reader alone; the collation has the cell it came from."""
    for section in ("道路建設課", "情報政策課"):
        share.write(f"{section}/部屋.txt", "")
    template = _book(tmp_path / "備品の照会.xlsx", None)
    person = at_the_share(suite, share)
    person.chooses("共有フォルダの画面: 照会")
    person.presses("照会を作る")
    person.presses("様式を選ぶ（Excel）")
    picks(person, template)
    person.sees("2 の欄")
    person.writes("回答の期限", (time.strftime("%Y-12-25")))
    person.presses("出ている所属をすべて選ぶ")
    person.sees("2 所属を選んでいます。")
    person.presses("各所属に配る")
    person.sees("0 / 2 所属が出しました。")
    person.presses("画面で回答する")
    person.writes("1 行目 品名", "机")
    person.writes("1 行目 件数", "約１２")
    person.presses("回答を保存")
    person.sees("数だけを書いてください")
    person.photographs("wrong")
    person.writes("1 行目 件数", "１２")
    person.presses("回答を保存")
    person.sees("情報政策課 の回答を保存しました。")
    person.sees("1 / 2 所属が出しました。")
    person.presses("集計する")
    picks(person, tmp_path / "集計.xlsx")
    person.sees("確かめることが 0 件あります。")
    book = CalamineWorkbook.from_path(str(tmp_path / "集計.xlsx"))
    assert book.get_sheet_by_name("集計").to_python()[3][:3] == ["情報政策課", "机", 12.0]
    assert "B4" in str(book.get_sheet_by_name("出典").to_python())


@pytest.mark.long
def test_begins_a_specification_from_a_colleagues(suite: Suite, share: Share) -> None:
    """仕様書を写して書き始める: put into the library, found by its system, copied into one's own section."""
    share.write("道路台帳 保守仕様書.txt", "保守の範囲は次のとおりとする。")
    share.write("情報政策課/部屋.txt", "")
    person = at_the_share(suite, share)
    person.selects("道路台帳 保守仕様書.txt")
    person.sees("あなたは読み書きできます。")
    person.chooses("共有フォルダの画面: 仕様書")
    person.presses("仕様書を載せる")
    person.sees("共有の「道路台帳 保守仕様書.txt」")
    person.writes("対象システム", "道路台帳")
    person.presses("ライブラリに載せる")
    person.sees("「道路台帳 保守仕様書」を載せました。")
    person.writes("仕様書を検索", "道路台帳")
    person.sees("仕様書 1 件")
    person.photographs("library")
    person.presses("写して新しい仕様書にする")
    person.enters("新しい仕様書の名前（「情報政策課」に写します）", "河川台帳 保守仕様書.txt")
    person.sees("「情報政策課/河川台帳 保守仕様書.txt」に写しました。")
    person.sees("河川台帳 保守仕様書.txt", role="table_cell")
    made = share.disk / "情報政策課" / "河川台帳 保守仕様書.txt"
    assert made.read_text("utf-8") == "保守の範囲は次のとおりとする。"
    assert len(list((share.disk / "仕様書ライブラリ" / "道路台帳 保守仕様書").glob("利用-*.json"))) == 1


@pytest.mark.long
def test_makes_a_folder_from_a_model_case_and_takes_it_back(suite: Suite, share: Share) -> None:
    """モデルケースで作る: the tree, its documents and its rules at once; taken back while nobody wrote."""
    share.write("モデルケース/災害対応/写真/撮り方.txt", "遠景と近景を1枚ずつ")
    titles = "フォルダ,所有者,整理する人,保存期限,最長日数,最大GB,名前"
    share.write("モデルケース/災害対応/運用ルール.csv", f"{titles}\r\n,,,5年,,,\r\n")
    share.write("情報政策課/部屋.txt", "")
    person = at_the_share(suite, share)
    person.chooses("共有フォルダの画面: モデルケース")
    person.sees("「情報政策課」の中に作ります。")
    person.presses("この形でフォルダを作る")
    person.enters("新しいフォルダの名前（「情報政策課」の中）", "令和8年11月地震")
    person.sees("「情報政策課/令和8年11月地震」を作りました。")
    made = share.disk / "情報政策課" / "令和8年11月地震"
    assert (made / "写真" / "撮り方.txt").read_text("utf-8") == "遠景と近景を1枚ずつ"
    rule = next((share.disk / "運用ルール").glob("*.csv"))
    assert "/情報政策課/令和8年11月地震,情報政策課," in rule.read_text("utf-8-sig")
    person.photographs("made")
    person.presses("元に戻す")
    person.sees("ごみ箱に入れました。")
    assert not made.exists()
    assert not rule.exists()


def _book(path: Path, answer: tuple[str, object] | None) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("回答")
        sheet.write(0, 0, "備品の照会")
        sheet.write_row(2, 0, ("品名", "件数"))
        if answer is not None:
            sheet.write_row(3, 0, answer)
    return path
