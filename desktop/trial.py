"""The trial: the suite on any machine, an actor before the camera, a sample office. Nothing real is touched.

It lives in a home of its own, whose policy says that this is a trial; a machine with a real policy file of
its own keeps that one, so nobody gets round it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path

from auth.face.actor import ActorCamera, room
from auth.face.actor_mesh import Image, Pose
from auth.face.attacks import BentPrintCamera
from auth.face.camera import Camera, FolderCamera, VideoCamera
from auth.face.challenge import Action
from auth.face.flash import Colour
from auth.face.frame import Frame
from auth.face.models import user_folder
from core.config import Config
from core.files import write_atomically
from core.paths import Paths

POLICY = """\
# Written by the trial; this folder can be deleted.
[trial]
enabled = true
camera = "actor"

[security]
secret_backend = "file-key"

[servers]
realm = "TRIAL.MAHOROBA"
"""


class Scene(StrEnum):
    """What is before the trial's camera."""

    PERSON = "person"
    PHOTO = "photo"
    NOBODY = "nobody"


def own_home(paths: Paths) -> Path:
    """Where the trial of whoever has ``paths`` lives."""
    return paths.state / "trial"


def environment(home: Path) -> dict[str, str]:
    """What a program needs to live in ``home``, with the models where they were fetched to."""
    models = os.environ.get("MAHOROBA_MODELS") or str(user_folder())
    return {"MAHOROBA_HOME": str(home), "MAHOROBA_MODELS": models}


def move_in(home: Path | None = None) -> None:
    """Lead this process, and what it starts, to a home of the trial's own (by default one that is kept)."""
    if home is None and "MAHOROBA_HOME" not in os.environ:
        home = own_home(Paths.from_environment())
    if home is not None:
        os.environ.update(environment(home))
    Paths.from_environment()  # makes the folders, private
    policy = Path(os.environ["MAHOROBA_HOME"]) / "policy.toml"
    if not policy.exists():
        write_atomically(policy, POLICY.encode())


def scene_file(paths: Paths) -> Path:
    """One word, a ``Scene``: whoever tries the suite out changes it while it runs. Missing: a person."""
    return paths.state / "scene"


def trial_camera(config: Config) -> Camera:
    """The camera that the trial's policy names: the actor, a folder of pictures or a video."""
    chosen = config.trial.camera or "actor"
    if chosen == "actor":
        return StageCamera(scene_file(Paths.from_environment()))
    path = Path(chosen)
    return FolderCamera(path, loop=True) if path.is_dir() else VideoCamera(path, loop=True)


class EmptyRoom(ActorCamera):
    """The actor's office after the actor has left."""

    def draw(self, pose: Pose, now: float) -> Image:
        return room(0)


class StageCamera:
    """A camera before which the scene changes as the scene file says. Performs what the screen asks."""

    name = "actor"
    _CAST: Mapping[Scene, Callable[[], ActorCamera]] = {
        Scene.PERSON: lambda: ActorCamera(paced=True),
        Scene.PHOTO: lambda: BentPrintCamera(paced=True),
        Scene.NOBODY: lambda: EmptyRoom(paced=True),
    }

    def __init__(self, scene: Path) -> None:
        self._file = scene
        self._scene: Scene | None = None
        self._on_stage: ActorCamera | None = None
        self._asked: Action | None = None
        self._shown: Colour | None = None

    def open(self) -> None:
        self._enter(self._wanted())

    def ask(self, action: Action | None) -> None:
        """What the screen shows now; the person on the stage sees it."""
        self._asked = action

    def shine(self, colour: Colour | None) -> None:
        """The colour that the screen throws on whoever is on the stage."""
        self._shown = colour

    def read(self) -> Frame:
        camera = self._enter(self._wanted())
        camera.ask(self._asked)
        camera.shine(self._shown)
        return camera.read()

    def close(self) -> None:
        if self._on_stage is not None:
            self._on_stage.close()
        self._on_stage = self._scene = None

    def _enter(self, scene: Scene) -> ActorCamera:
        if self._on_stage is None or scene is not self._scene:
            self.close()
            self._on_stage, self._scene = self._CAST[scene](), scene
            self._on_stage.open()
        return self._on_stage

    def _wanted(self) -> Scene:
        try:
            return Scene(self._file.read_text("ascii").strip())
        except (OSError, ValueError):
            return Scene.PERSON
