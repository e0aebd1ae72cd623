"""Earlier versions and who changed what, on a real Samba with vfs_shadow_copy2 and vfs_full_audit; and what a
share without them says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import SuiteError
from core.events import Events
from core.jobs import Report
from sharefolder.activity import What
from sharefolder.model import Entry
from sharefolder.ports import Credential
from sharefolder.searching import ServiceBeside
from sharefolder.service import ShareService
from sharefolder.transfer import IfExists
from tests.fakes.samba import PASSWORD, Samba, running

QUIET = Report(lambda _done, _total, _text: None)
PLACE = "全庁"
DAYS = ("2026.11.01", "2026.11.02", "2026.11.03")


@pytest.fixture(scope="module")
def samba() -> Iterator[Samba]:
    if reason := Samba.missing():
        pytest.skip(reason)
    with running() as server:
        server.export.chmod(0o777)
        (server.export / "課").mkdir()
        for number, (day, text) in enumerate(zip(DAYS, ("一", "二二", "二二"), strict=True)):
            kept = server.export / ".snapshots" / f"@GMT-{day}-03.00.00" / "課"
            kept.mkdir(parents=True)
            (kept / "報告.txt").write_text(text, "utf-8")
            os.utime(kept / "報告.txt", (1_700_000_000 + min(number, 1),) * 2)
        yield server


@pytest.fixture
def service(samba: Samba, tmp_path: Path) -> Iterator[ShareService]:
    (samba.export / "課" / "報告.txt").write_text("いまの中身", "utf-8")
    who = Credential("root", PASSWORD)
    made = ShareService(tmp_path / "share", Events(), lambda: "K1", lambda: who)
    with closing(made):
        made.add_place(PLACE, f"smb://127.0.0.1:{samba.port}/versions")
        yield made


def entry(service: ShareService, path: str) -> Entry:
    folder = path.rpartition("/")[0]
    return next(e for batch in service.entries(PLACE, folder) for e in batch if e.path == path)


def test_each_content_once_and_looked_at_before_it_comes_back(service: ShareService) -> None:
    now = entry(service, "課/報告.txt")
    versions = service.versions.every(PLACE, now)
    assert versions is not None
    assert [version.size for version in versions] == [6, 3], "the newest first, the same content once"
    assert service.looks.version_words(PLACE, now, versions[1]).value == "一"
    assert ".snapshots" not in {e.name for batch in service.entries(PLACE, "") for e in batch}


def test_a_version_comes_back_beside(service: ShareService, samba: Samba) -> None:
    now = entry(service, "課/報告.txt")
    (newest, *_older) = service.versions.every(PLACE, now) or ()
    back = service.versions.beside(PLACE, now, newest, QUIET)
    assert back.sent.path == "課/報告（2026-11-03 1200 の版）.txt"
    assert (samba.export / back.sent.path).read_text("utf-8") == "二二"
    assert (samba.export / "課/報告.txt").read_text("utf-8") == "いまの中身"
    (samba.export / back.sent.path).unlink()


def test_a_version_comes_back_in_its_place_and_what_was_there_is_kept(
    service: ShareService, samba: Samba
) -> None:
    now = entry(service, "課/報告.txt")
    oldest = (service.versions.every(PLACE, now) or ())[-1]
    back = service.versions.in_place(PLACE, now, oldest, QUIET)
    assert (samba.export / "課/報告.txt").read_text("utf-8") == "一"
    assert back.before is not None
    assert (samba.export / back.before.where).read_text("utf-8") == "いまの中身"
    service.versions.undo(PLACE, back)
    assert (samba.export / "課/報告.txt").read_text("utf-8") == "いまの中身"


def test_what_another_has_changed_meanwhile_is_not_replaced(service: ShareService, samba: Samba) -> None:
    seen = entry(service, "課/報告.txt")
    oldest = (service.versions.every(PLACE, seen) or ())[-1]
    (samba.export / "課/報告.txt").write_text("同僚が書いた", "utf-8")
    with pytest.raises(SuiteError) as error:
        service.versions.in_place(PLACE, seen, oldest, QUIET)
    assert error.value.code == "SHARE-070"
    assert (samba.export / "課/報告.txt").read_text("utf-8") == "同僚が書いた"


def test_everybody_s_changes_are_told_to_whoever_may_see_them(
    service: ShareService, samba: Samba, tmp_path: Path
) -> None:
    (tmp_path / "予算.txt").write_text("1", "utf-8")
    service.upload(PLACE, "課", [tmp_path / "予算.txt"], IfExists.ASK, QUIET)
    service.changes.rename(PLACE, entry(service, "課/予算.txt"), "予算案.txt")
    logs = sorted((samba.root / "log").glob("*.log"))  # one a client's name
    (log,) = [each for each in logs if b"full_audit.c" in each.read_bytes()]
    beside = ServiceBeside(samba.export, tmp_path / "index", log)
    try:
        beside.ready(service._storage(PLACE), QUIET)
        found = service.activity(PLACE, "課")
        assert found.everybody
        assert [(a.who, a.what) for a in found.acts[:2]] == [("root", What.RENAMED), ("root", What.WRITTEN)]
        assert found.acts[0].to == "課/予算案.txt"
        assert found.acts[1].path == "課/予算.txt"
    finally:
        beside.close()


def test_a_share_that_keeps_nothing_says_so_and_shows_the_own_acts(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "予算.txt").write_text("1", "utf-8")
    with closing(ShareService(tmp_path / "share", Events(), lambda: "K1")) as service:
        service.add_place(PLACE, str(tmp_path / "disk"))
        service.upload(PLACE, "", [tmp_path / "予算.txt"], IfExists.ASK, QUIET)
        now = entry(service, "予算.txt")
        assert service.versions.every(PLACE, now) is None
        found = service.activity(PLACE, "予算.txt")
        assert not found.everybody
        assert [(a.what, a.path) for a in found.acts] == [(What.WRITTEN, "予算.txt")]
