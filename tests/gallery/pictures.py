"""The pictures of the guides: every page, from the real window on invented people.

``make`` writes them with a list of the words that each page shows; a test compares that list with the pages
of today. The camera is the trial's actor; the home is temporary.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QScrollArea, QWidget

from auth.face.challenge import Action
from auth.face.guidance import ask
from core.paths import Paths
from desktop import app, trial
from desktop.locale.catalogue import PACKAGES, read
from desktop.pages.services import Services
from desktop.pages.window import Window
from desktop.ui import theme
from desktop.ui.application import make_application
from desktop.ui.bell import Bell
from desktop.ui.tokens import THEMES
from tests.gallery.hands import Hands
from tests.gallery.scene import Scene
from tests.gallery.scenes import SCENES
from tests.gallery.sitter import Sitter

DOCS = Path(__file__).resolve().parents[2] / "docs"
WORDS = "pictures.json"
FEATURES = ("calendar", "share", "liaison")
SIZE = (1280, 800)


def make(docs: Path = DOCS, only: Collection[str] = ()) -> Iterator[Path]:
    """Write every scene's pictures into ``docs/<guide>/images`` and the words of all into ``WORDS``; each
    file as it is written. ``only``: the pictures of these scenes."""
    known = catalogue()
    file = docs / WORDS
    words: dict[str, list[str]] = json.loads(file.read_text("utf-8")) if only else {}
    with stage() as hands:
        for scene in SCENES:
            if not _on_the_way(scene, only):
                continue
            for kind in _themes(scene):
                theme.current().choose(kind, "noto", 1.0, reduced_motion=True)
                shown = scene.show(hands) if kind == "light" else None
                prepare(hands, scene)
                if not only or scene.name in only:
                    subject = shown if isinstance(shown, QWidget) else hands.window
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
    if any(scene.name in each.needs for each in SCENES if each.name in only):
        return True
    feature = next((each for each in FEATURES if scene.name.startswith(each)), None)
    if feature is None:
        return not scene.live and not scene.slow
    return any(name.startswith(feature) for name in only)


def _themes(scene: Scene) -> Collection[str]:
    return THEMES if scene.everywhere else ("light",)


def prepare(hands: Hands, scene: Scene) -> None:
    """Settled (a running camera is not), without old banners, and as a mouse leaves it: without a ring around
    a whole page, or around what was pressed last."""
    if not scene.live:
        hands.settle()
        hands.put_cards_away()  # of what took long here
    if not scene.told:
        hands.services.notices.clear()
    if isinstance(focus := QApplication.focusWidget(), QScrollArea) and hands.window.isAncestorOf(focus):
        focus.clearFocus()
    if isinstance(focus, QAbstractButton) and hands.window.showing == "shell":
        hands.window.ring.rest()
    for _round in range(3):  # a banner that goes changes layouts
        QApplication.processEvents()


def files() -> set[str]:
    """Every file that ``make`` writes, below ``docs``."""
    return {f"{each.guide}/images/{each.name}-{kind}.png" for each in SCENES for kind in _themes(each)}


def catalogue() -> frozenset[str]:
    """Every text of the source: what a page shows of them is no name, number or date. Without what is asked
    before the camera: that is drawn anew each time."""
    drawn = {ask(action).sentence for action in Action}
    return frozenset(str(message.id) for package in PACKAGES for message in read(package)) - drawn


def said(window: QWidget, known: Collection[str]) -> list[str]:
    """The fixed words that ``window`` shows, and the names of its controls, sorted. Without the bell's, which
    has a count or none."""
    found: set[str] = set()
    for label in window.findChildren(QLabel):
        if label.isVisible():
            found.add(label.text())
    for control in [*window.findChildren(QAbstractButton), *window.findChildren(QLineEdit)]:
        if control.isVisible() and not isinstance(control, Bell):
            found |= {control.accessibleName(), control.property("text") or ""}
    return sorted(found & set(known) - {""})


@contextmanager
def stage() -> Iterator[Hands]:
    """In a window in a home of its own, with the actor before its camera."""
    make_application()
    with ExitStack() as around:
        home = Path(around.enter_context(tempfile.TemporaryDirectory(prefix="mahoroba-gallery-")))
        environment = around.enter_context(pytest.MonkeyPatch.context())
        for name, value in trial.environment(home).items():
            environment.setenv(name, value)
        (home / "policy.toml").write_text(trial.POLICY, "utf-8")
        theme.current().choose("light", "noto", 1.0, reduced_motion=True)
        services = app.build(Paths.from_environment())
        waits = Event()
        app.open_features(services, lambda: Sitter(waits))
        around.callback(_close, services)
        services.key_warning = ""  # the guide shows an office with a key store
        services.trial = False
        window = Window(services, app.PAGES)
        around.callback(window.close)
        window.resize(*SIZE)
        window.show()
        yield Hands(services, window, around.enter_context(ExitStack()), waits)


def _close(services: Services) -> None:
    for feature in (services.open_schedules, services.open_share, services.open_liaison):
        if feature.made:
            feature().close()
    services.bridge.close()
