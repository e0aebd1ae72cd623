"""The search knows a share as it is now: what one has just sent, and a share beside one that is away."""

from __future__ import annotations

from pathlib import Path

from sharefolder.index.store import Wish
from tests.ui.conftest import Office
from tests.ui.sharefolder.page import files, said


def test_what_was_just_sent_is_found_and_a_share_that_is_away_holds_up_no_other(
    office: Office, tmp_path: Path
) -> None:
    share = office.services.share
    for name in ("一", "二"):
        (tmp_path / name).mkdir()
        share.add_place(name, str(tmp_path / name))
    (tmp_path / "二" / "除雪計画.txt").write_text("x", "utf-8")
    (tmp_path / "一").rename(tmp_path / "別の所")
    office.signed_in()
    office.services.go("sharefolder")
    office.settle()
    assert [hit.entry.name for hit in share.search("二", Wish("除雪"))] == ["除雪計画.txt"]
    assert "「一」から返事がありません" in said(office)
    files(office).go("二", "")
    (tmp_path / "融雪剤の在庫.txt").write_text("塩化カルシウム", "utf-8")
    files(office).send_files([tmp_path / "融雪剤の在庫.txt"])
    office.bot.waitUntil(lambda: bool(share.search("二", Wish("塩化カルシウム"))), timeout=60_000)
    office.settle()
