"""The English catalogue is complete, and the check that says so notices each kind of gap."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest

from desktop.locale import catalogue

PO = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"

{entries}
"""


def test_every_text_of_every_package_has_its_english() -> None:
    assert catalogue.main(["--check"]) == 0


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with two texts and an empty folder of catalogues."""
    monkeypatch.setattr(catalogue, "ROOT", tmp_path)
    monkeypatch.setattr(catalogue, "HERE", tmp_path)
    monkeypatch.setattr(catalogue, "PACKAGES", ("core",))
    monkeypatch.setattr(catalogue, "COMPILED", tmp_path / "en" / "LC_MESSAGES" / "mahoroba.mo")
    (tmp_path / "core").mkdir()
    (tmp_path / "en").mkdir()
    (tmp_path / "core" / "a.py").write_text('_("保存")\nN_("{n} 件")\n', "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("entries", "gap"),
    [
        ('msgid "保存"\nmsgstr "Save"\n', "not translated: {n} 件"),
        ('msgid "{n} 件"\nmsgstr "{m} items"\n', "other placeholders: {n} 件"),
        ('#, fuzzy\nmsgid "保存"\nmsgstr "Keep"\n', "fuzzy: 保存"),
        ('msgid "削除"\nmsgstr "Delete"\n', "obsolete: 削除"),
    ],
)
def test_each_kind_of_gap_is_named(small: Path, entries: str, gap: str) -> None:
    (small / "en" / "core.po").write_text(PO.format(entries=entries), "utf-8")
    assert f"core: {gap}" in list(catalogue.gaps("core"))


def test_update_keeps_translations_and_the_compiled_file_speaks_english(small: Path) -> None:
    (small / "en" / "core.po").write_text(PO.format(entries='msgid "保存"\nmsgstr "Save"\n'), "utf-8")
    catalogue.update("core")
    assert list(catalogue.gaps("core")) == ["core: not translated: {n} 件"]
    catalogue.compile_all()
    english = gettext.translation("mahoroba", str(small), ["en"])
    assert english.gettext("保存") == "Save"
    assert english.gettext("{n} 件") == "{n} 件"


def test_a_compiled_catalogue_does_not_show_when_it_was_made() -> None:
    header = str(catalogue._empty().mime_headers)
    assert "2026-01-01" in header, "two builds of one commit would differ by a minute"
