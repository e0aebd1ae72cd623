"""The pictures of the guides: every page, from the real window on invented people.

``python -m desktop.gallery`` makes them again, with a list of the words that each page shows; a test compares
that list with the pages of today. The camera is the trial's actor; the home is temporary.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QScrollArea, QWidget

from core.paths import Paths
from desktop.gallery_scenes import Guide, Scene
from desktop.ui import theme
from desktop.ui.tokens import THEMES

if TYPE_CHECKING:
    from desktop.pages.services import Services
    from desktop.pages.window import Window

DOCS = Path(__file__).resolve().parent.parent / "docs"
WORDS = "pictures.json"
FEATURES = ("calendar", "share", "liaison")
SIZE = (1280, 800)


def make(docs: Path = DOCS, only: Collection[str] = ()) -> Iterator[Path]:
    """Write every scene's pictures into ``docs/<guide>/images`` and the words of all into ``WORDS``; each
    file as it is written. ``only``: the pictures of these scenes."""
    known = catalogue()
    file = docs / WORDS
    words: dict[str, list[str]] = json.loads(file.read_text("utf-8")) if only else {}
    with stage() as (services, window), closing(Guide(services, window)) as guide:
        for scene in guide.scenes():
            if not _on_the_way(scene, only):
                continue
            for kind in THEMES if scene.everywhere else ("light",):
                theme.current().choose(kind, "noto", 1.0, reduced_motion=True)
                shown = scene.show() if kind == "light" or scene.live else None
                prepare(services, window, scene)
                if not only or scene.name in only:
                    subject = shown if isinstance(shown, QWidget) else window
                    path = docs / scene.guide / "images" / f"{scene.name}-{kind}.png"
                    subject.grab().save(str(path), None, 0)
                    yield path
                    words[scene.name] = said(subject, known)
            theme.current().choose("light", "noto", 1.0, reduced_motion=True)
    text = json.dumps(dict(sorted(words.items())), ensure_ascii=False, indent=1)
    file.write_text(text + "\n", encoding="utf-8")


def _on_the_way(scene: Scene, only: Collection[str]) -> bool:
    """Whether one of ``only`` is reached through ``scene``: a feature's scenes follow from one another."""
    if not only or scene.name in only:
        return True
    feature = next((each for each in FEATURES if scene.name.startswith(each)), None)
    if feature is None:
        return not scene.live and not scene.slow
    return any(name.startswith(feature) for name in only)


def prepare(services: Services, window: Window, scene: Scene) -> None:
    """Settled, without old banners, and without a ring around a whole page."""
    Guide.settle(services, scene.live)
    if not scene.told:
        services.notices.clear()
    if isinstance(focus := QApplication.focusWidget(), QScrollArea) and window.isAncestorOf(focus):
        focus.clearFocus()
    QApplication.processEvents()


def scenes() -> list[Scene]:
    """All of them, none shown."""
    return list(Guide.declared())


def pictures() -> set[str]:
    """Every file that ``make`` writes, below ``docs``."""
    return {
        f"{scene.guide}/images/{scene.name}-{kind}.png"
        for scene in scenes()
        for kind in (THEMES if scene.everywhere else ("light",))
    }


def catalogue() -> frozenset[str]:
    """Every text of the source: what a page shows of them is no name, number or date. Without what is asked
    before the camera: that is drawn anew each time."""
    from auth.face.challenge import Action
    from auth.face.guidance import ask
    from desktop.locale.catalogue import PACKAGES, read

    drawn = {ask(action).sentence for action in Action}
    return frozenset(str(message.id) for package in PACKAGES for message in read(package)) - drawn


def said(window: QWidget, known: Collection[str]) -> list[str]:
    """The fixed words that ``window`` shows, and the names of its controls, sorted."""
    found: set[str] = set()
    for label in window.findChildren(QLabel):
        if label.isVisible():
            found.add(label.text())
    for control in [*window.findChildren(QAbstractButton), *window.findChildren(QLineEdit)]:
        if control.isVisible():
            found |= {control.accessibleName(), control.property("text") or ""}
    return sorted(found & set(known) - {""})


@contextmanager
def stage() -> Iterator[tuple[Services, Window]]:
    """A window in a home of its own, with the actor before its camera."""
    from auth.face.actor import ActorCamera
    from desktop import app, trial
    from desktop.pages.window import Window
    from desktop.ui.application import make_application

    make_application()
    with (
        tempfile.TemporaryDirectory(prefix="mahoroba-gallery-") as home,
        _environment(trial.environment(Path(home))),
    ):
        (Path(home) / "policy.toml").write_text(trial.POLICY, "utf-8")
        theme.current().choose("light", "noto", 1.0, reduced_motion=True)
        services = app.build(Paths.from_environment())
        app.open_features(services, lambda: ActorCamera(paced=True))
        services.key_warning = ""  # the guide shows an office with a key store
        services.trial = False
        window = Window(services, app.PAGES)
        window.resize(*SIZE)
        window.show()
        try:
            yield services, window
        finally:
            window.close()
            for feature in (services.open_schedules, services.open_share):
                if feature.made:
                    feature().close()
            services.bridge.close()


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def main(arguments: Sequence[str]) -> None:
    for written in make(only=arguments):
        print(written.relative_to(DOCS), flush=True)


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    main(sys.argv[1:])
