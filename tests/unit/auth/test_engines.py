"""What the settings name is what is loaded; what cannot be loaded is an error, never silently left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from auth.matcher.engines import engine_of
from core.errors import SuiteError
from core.settings import FaceSettings


def test_the_default_matches_and_guards_with_the_same_encoder() -> None:
    engine = engine_of(FaceSettings())
    assert engine.encoder is engine.identity
    assert engine.encoder.name == "mobilefacenet"
    assert engine.passive is None


@pytest.mark.parametrize("setting", ["model_file", "passive_model"])
def test_a_model_that_is_named_but_missing_or_broken_stops_the_face(tmp_path: Path, setting: str) -> None:
    broken = tmp_path / "model.tflite"
    broken.write_bytes(b"not a model")
    for path in (tmp_path / "none.tflite", broken):
        with pytest.raises(SuiteError) as caught:
            engine_of(FaceSettings(**{setting: path}))
        assert caught.value.code in ("FACE-001", "FACE-003")
