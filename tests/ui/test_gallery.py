"""The guides' pictures: all that the guides show and no other, of pages as they are today."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.ui import theme
from tests.gallery import pictures
from tests.gallery.scenes import SCENES
from tests.ui.test_every_page import _cut

IMAGE = re.compile(r"(?:\]\(|src=\")([^)\"#]+\.png)")
AGAIN = "a page has changed: make its picture anew by  python -m tests.gallery"
RECORDED = json.loads((pictures.DOCS / pictures.WORDS).read_text("utf-8"))


def test_the_guides_show_every_picture_of_the_gallery_and_no_other() -> None:
    documents = [*pictures.DOCS.rglob("*.md"), *pictures.DOCS.parent.glob("*.md")]
    shown = {
        (document.parent / found).resolve().relative_to(pictures.DOCS).as_posix()
        for document in documents
        for found in IMAGE.findall(document.read_text("utf-8"))
    }
    there = {path.relative_to(pictures.DOCS).as_posix() for path in pictures.DOCS.rglob("*.png")}
    assert shown == there == pictures.files()
    assert set(RECORDED) <= {scene.name for scene in SCENES}
    assert set(RECORDED) >= {scene.name for scene in SCENES if not scene.slow}


def test_every_page_says_what_its_picture_says(qapp: QApplication) -> None:
    """Those that need neither the camera nor a sample office; the others in the long run."""
    known, said, cut = pictures.catalogue(), {}, {}
    with pictures.stage() as hands:
        for scene in SCENES:
            if scene.slow:
                continue
            shown = scene.show(hands)
            pictures.prepare(hands, scene)
            said[scene.name] = pictures.said(shown if isinstance(shown, QWidget) else hands.window, known)
            cut[scene.name] = _cut(hands.window)
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
    made = {path.relative_to(tmp_path).as_posix() for path in pictures.make(tmp_path)}
    assert made == pictures.files()
    assert json.loads((tmp_path / pictures.WORDS).read_text("utf-8")) == RECORDED, AGAIN
    theme.current().choose("light", "noto", 1.0, reduced_motion=True)
