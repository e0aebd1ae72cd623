"""開く: the file itself, or a copy that nobody takes for it; and what was opened lately."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices

from sharefolder.looks import Looks
from sharefolder.sample import NAME
from tests.ui.conftest import Office
from tests.ui.sharefolder.page import disk, files, press, said

FILE = "全庁/文書の書き方.txt"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Where the system's program would have been sent to."""
    found: list[Path] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: found.append(Path(url.toLocalFile())) is None
    )
    return found


def show(office: Office, path: str) -> None:
    files(office).go(NAME, path.rpartition("/")[0], path)
    office.settle()


def test_a_share_that_is_a_path_opens_the_file_itself(sample: Office, opened: list[Path]) -> None:
    show(sample, FILE)
    press(sample, "開く")
    assert opened == [disk(sample) / FILE]
    assert "写しを開きました。" not in said(sample)


def test_of_a_server_each_copy_is_read_only_and_never_written_over(
    sample: Office, opened: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Looks, "on_this_machine", lambda *_a: None)
    show(sample, FILE)
    press(sample, "開く")
    assert "写しを開きました。直すときは「この端末に保存」して" in said(sample)
    first = opened[0]
    assert stat.S_IMODE(first.stat().st_mode) == 0o400
    first.chmod(0o600)
    first.write_text("大事な修正", "utf-8")
    press(sample, "開く")
    assert opened[1] != first
    assert opened[1].read_bytes() == (disk(sample) / FILE).read_bytes()
    assert first.read_text("utf-8") == "大事な修正"


def test_where_no_program_takes_it_that_is_said(sample: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
    show(sample, FILE)
    press(sample, "開く")
    assert "「文書の書き方.txt」を開けませんでした。" in said(sample)


@pytest.mark.long
def test_what_was_opened_is_at_hand_as_the_file_it_is(sample: Office, opened: list[Path]) -> None:
    view = files(sample)
    (disk(sample) / "全庁" / "README").write_text("x")
    show(sample, "全庁/README")
    press(sample, "開く")
    assert opened
    view.go(NAME, "")
    sample.settle()
    view.more.menu.aboutToShow.emit()
    next(act for act in view.more.menu.actions() if act.text() == "README").trigger()
    sample.settle()
    assert view.folder == "全庁"
    assert [entry.name for entry in view.chosen_entries()] == ["README"]


def test_a_place_is_taken_off_and_comes_back(sample: Office) -> None:
    view = files(sample)
    view.go(NAME, "全庁")
    sample.settle()
    view.more.menu.aboutToShow.emit()
    next(act for act in view.more.menu.actions() if act.text() == f"場所「{NAME}」を外す").trigger()
    sample.settle()
    assert sample.services.share.places() == []
    assert view.list.shown() == 0
    assert (disk(sample) / FILE).exists()
    press(sample, "元に戻す")
    assert [place.name for place in sample.services.share.places()] == [NAME]
    assert view.place == NAME
