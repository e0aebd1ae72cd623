"""``mahoroba share-index`` with what cannot be meant: told before anything is begun, with a code."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from core.errors import SuiteError
from sharefolder.index import keeper
from sharefolder.index.program import main
from sharefolder.index.store import IndexStore
from sharefolder.local import LocalStorage
from sharefolder.model import Entry


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "share"
    made.mkdir()
    return made


@pytest.mark.parametrize(
    "wrong",
    [("--name", " "), ("--every", "-5"), ("--every", "nan"), ("--audit", "/nothere"), ("--port", "70000")],
)
def test_what_cannot_be_meant_is_refused(root: Path, tmp_path: Path, wrong: tuple[str, str]) -> None:
    with pytest.raises(SuiteError) as error:
        main(["serve", "--root", str(root), "--folder", str(tmp_path / "index"), *wrong])
    assert error.value.code == "SHARE-044"


def test_neither_key_nor_index_comes_onto_the_share(root: Path) -> None:
    with pytest.raises(SuiteError, match="共有に出てしまいます"):
        main(["serve", "--root", str(root), "--folder", str(root / "index")])
    assert not list(root.iterdir())


def test_a_port_that_is_taken_is_named(root: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        where = ["--host", "127.0.0.1", "--port", str(other.getsockname()[1])]
        with pytest.raises(SuiteError) as error:
            main(["serve", "--root", str(root), "--folder", str(tmp_path / "index"), *where])
    assert where[-1] in error.value.why


def test_a_folder_without_an_index_says_so(tmp_path: Path) -> None:
    for verb in (["status"], ["usage", "--staff", "9"]):
        with pytest.raises(SuiteError) as error:
            main([*verb, "--folder", str(tmp_path / "nothere")])
        assert error.value.code == "SHARE-043"


def test_a_damaged_index_is_told_by_status_and_made_again_by_who_keeps_it(tmp_path: Path) -> None:
    (tmp_path / "index.db").write_bytes(b"no database at all" * 500)
    with pytest.raises(SuiteError) as error:
        main(["status", "--folder", str(tmp_path)])
    assert error.value.code == "SHARE-045"
    assert IndexStore(tmp_path / "index.db").counts() is not None
    assert main(["status", "--folder", str(tmp_path)]) == 0


def test_a_service_goes_on_looking_whatever_breaks_a_look_off(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Surprising(LocalStorage):
        broken = True

        def list(self, folder: str) -> Iterator[Sequence[Entry]]:
            if self.broken:
                raise RuntimeError("nobody foresaw it")
            return super().list(folder)

    monkeypatch.setattr(keeper, "_AGAIN_S", 0.05)
    storage, index = Surprising(root), IndexStore(tmp_path / "index.db")
    (root / "予算.txt").write_text("x", "utf-8")
    keeping = keeper.Keeper(storage, index)
    keeping.start()
    until(lambda: bool(keeping.failure))
    storage.broken = False
    until(lambda: keeping.looked is not None)
    keeping.stop()
    assert index.holds("予算.txt")


def until(so: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not so():
        assert time.monotonic() < end
        time.sleep(0.01)
