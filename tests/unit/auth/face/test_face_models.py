"""A model is the pinned file or an error with a code; the first folder that has it wins."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from auth.face import models
from auth.face.models import is_intact, locate, locked_models, read_bounded, read_model
from auth.face.network import Network
from core.errors import SuiteError


@pytest.fixture
def real() -> bytes:
    return read_model("blazeface")


@pytest.fixture
def folder(real: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder that is searched first, with nothing remembered from before."""
    monkeypatch.setenv("MAHOROBA_MODELS", str(tmp_path))
    monkeypatch.setattr(models, "system_folder", lambda: tmp_path / "system")
    models._verified.cache_clear()
    yield tmp_path
    models._verified.cache_clear()


def code_of(name: str) -> str:
    with pytest.raises(SuiteError) as caught:
        locate(name)
    return caught.value.code


def test_a_good_file_is_found_and_read(folder: Path, real: bytes) -> None:
    (folder / "blazeface.tflite").write_bytes(real)
    assert locate("blazeface") == folder / "blazeface.tflite"
    assert read_model("blazeface") == real


def test_a_missing_model_is_said_to_be_missing(folder: Path) -> None:
    assert code_of("blazeface") == "FACE-001"


@pytest.mark.parametrize("damage", ["flip", "truncate", "empty"])
def test_an_altered_model_is_never_used(folder: Path, real: bytes, damage: str) -> None:
    changed = {"flip": real[:-1] + bytes([real[-1] ^ 1]), "truncate": real[: len(real) // 2], "empty": b""}
    (folder / "blazeface.tflite").write_bytes(changed[damage])
    assert code_of("blazeface") == "FACE-002"


def test_a_good_file_behind_a_damaged_one_is_used(folder: Path, real: bytes) -> None:
    (folder / "blazeface.tflite").write_bytes(b"damaged")
    (folder / "system").mkdir()
    (folder / "system" / "blazeface.tflite").write_bytes(real)
    assert locate("blazeface") == folder / "system" / "blazeface.tflite"


def test_what_was_checked_is_what_runs(folder: Path, real: bytes) -> None:
    path = folder / "blazeface.tflite"
    path.write_bytes(real)
    read_model("blazeface")
    path.write_bytes(b"exchanged after the check")
    assert hashlib.sha256(read_model("blazeface")).hexdigest() == locked_models()["blazeface"].sha256


def test_the_lock_names_every_model_the_code_asks_for() -> None:
    assert set(locked_models()) == {"mobilefacenet", "blazeface", "facemesh"}
    for model in locked_models().values():
        assert len(bytes.fromhex(model.sha256)) == 32
        assert model.size > 100_000
        assert model.licence


def test_intact_means_every_byte(real: bytes, tmp_path: Path) -> None:
    path = tmp_path / "copy"
    path.write_bytes(real)
    assert is_intact(path, locked_models()["blazeface"])
    path.write_bytes(real[:-1] + b"x")
    assert not is_intact(path, locked_models()["blazeface"])


def test_a_folder_in_the_place_of_a_model_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(SuiteError) as caught:
        read_bounded(tmp_path)
    assert caught.value.code == "FACE-003"


@pytest.mark.parametrize("content", [b"", b"not a model", b"\0" * 4096], ids=["empty", "text", "zeros"])
def test_bytes_that_are_no_model_are_an_error_not_a_crash(content: bytes) -> None:
    with pytest.raises(SuiteError) as caught:
        Network(content, "anything")
    assert caught.value.code == "FACE-003"


def test_half_a_model_is_an_error_not_a_crash(real: bytes) -> None:
    with pytest.raises(SuiteError) as caught:
        Network(real[: len(real) // 2], "half")
    assert caught.value.code == "FACE-003"
