"""Japanese is the source; another language is a catalogue, and a bad catalogue keeps nobody from working."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from core.errors import SuiteError
from core.i18n import N_, _, bracketed, sentences, set_language

LOCALE = Path(__file__).resolve().parents[3] / "desktop" / "locale"


@pytest.fixture(autouse=True)
def _japanese_again(tmp_path: Path) -> Iterator[None]:
    yield
    set_language("ja", tmp_path)


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    file = tmp_path / "en" / "LC_MESSAGES" / "mahoroba.mo"
    file.parent.mkdir(parents=True)
    catalog = Catalog(locale="en", project="mahoroba")
    catalog.add("表示", "Appearance")
    compiled = BytesIO()
    write_mo(compiled, catalog)
    file.write_bytes(compiled.getvalue())
    return file


def test_japanese_needs_no_catalogue(tmp_path: Path) -> None:
    set_language("ja", tmp_path / "nosuch")
    assert _("表示") == "表示"


def test_a_marked_text_is_translated_when_it_is_shown(catalogue: Path, tmp_path: Path) -> None:
    declared = N_("表示")
    assert _(declared) == "表示"
    set_language("en", tmp_path)
    assert declared == "表示"
    assert _(declared) == "Appearance"
    assert _("訳のない文") == "訳のない文"
    set_language("ja", tmp_path)
    assert _(declared) == "表示"


def test_an_empty_text_stays_empty(catalogue: Path, tmp_path: Path) -> None:
    set_language("en", tmp_path)
    assert _("") == ""


@pytest.mark.parametrize("content", [None, b"", b"\xde\x12\x04\x95", b"not a catalogue" * 10])
def test_a_bad_catalogue_leaves_japanese_and_says_so(
    catalogue: Path, tmp_path: Path, content: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    if content is None:
        catalogue.unlink()
    else:
        catalogue.write_bytes(content)
    set_language("en", tmp_path)
    assert _("表示") == "表示"
    assert "no catalogue for en" in caplog.text


def test_sentences_stand_beside_each_other_as_the_language_sets_them(tmp_path: Path) -> None:
    """By the catalogue that is shipped: nothing runs together in English, nothing is spaced in Japanese."""
    error = SuiteError("保存できませんでした。", "空きがありません。", "", "DB-002")
    assert str(error) == "保存できませんでした。空きがありません。（DB-002）"
    set_language("en", LOCALE)
    assert str(SuiteError("Not saved.", "No room.", "", "DB-002")) == "Not saved. No room. (DB-002)"
    assert sentences("Not saved.", "", "Make room.") == "Not saved. Make room."
    assert bracketed("") == ""
