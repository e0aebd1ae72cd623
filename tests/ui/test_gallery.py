"""The guides' pictures: all that the guides show and no other, of pages as they are today."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from desktop import gallery
from desktop.gallery_scenes import Guide
from desktop.ui import theme
from tests.ui.test_every_page import _cut

IMAGE = re.compile(r"(?:\]\(|src=\")([^)\"#]+\.png)")
AGAIN = "a page has changed: make its picture anew by  python -m desktop.gallery"
RECORDED = json.loads((gallery.DOCS / gallery.WORDS).read_text("utf-8"))


def test_the_guides_show_every_picture_of_the_gallery_and_no_other() -> None:
    documents = [*gallery.DOCS.rglob("*.md"), *gallery.DOCS.parent.glob("*.md")]
    shown = {
        (document.parent / found).resolve().relative_to(gallery.DOCS).as_posix()
        for document in documents
        for found in IMAGE.findall(document.read_text("utf-8"))
    }
    there = {path.relative_to(gallery.DOCS).as_posix() for path in gallery.DOCS.rglob("*.png")}
    assert shown == there == gallery.pictures()
    assert set(RECORDED) <= {scene.name for scene in gallery.scenes()}
    assert set(RECORDED) >= {scene.name for scene in gallery.scenes() if not scene.slow}


def test_every_page_says_what_its_picture_says(qapp: QApplication) -> None:
    """Those that need neither the camera nor a sample office; the others in the long run."""
    known, said, cut = gallery.catalogue(), {}, {}
    with gallery.stage() as (services, window):
        for scene in Guide(services, window).scenes():
            if scene.slow:
                continue
            shown = scene.show()
            gallery.prepare(services, window, scene)
            said[scene.name] = gallery.said(shown if isinstance(shown, QWidget) else window, known)
            cut[scene.name] = _cut(window)
            if isinstance(shown, QWidget):
                shown.close()
    assert len(said) > 15
    assert said == {name: RECORDED[name] for name in said}, AGAIN
    assert {name: words for name, words in cut.items() if words} == {}


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_the_whole_gallery_says_what_its_pictures_say(qapp: QApplication, tmp_path: Path) -> None:
    for folder in ("guide", "operator"):
        (tmp_path / folder / "images").mkdir(parents=True)
    made = {path.relative_to(tmp_path).as_posix() for path in gallery.make(tmp_path)}
    assert made == gallery.pictures()
    assert json.loads((tmp_path / gallery.WORDS).read_text("utf-8")) == RECORDED, AGAIN
    theme.current().choose("light", "noto", 1.0, reduced_motion=True)
