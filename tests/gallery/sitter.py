"""Who sits before the gallery's camera, and the moment of a look that is kept for its picture."""

from __future__ import annotations

from threading import Event

from auth.face.actor import ActorCamera
from auth.face.challenge import Action
from auth.face.guidance import ARROWS, ask
from core.jobs import Status
from desktop.pages.sign_in.face_panel import FacePanel
from tests.gallery.hands import Hands, wait

TURNS = frozenset(ask(action).sentence for action in ARROWS)


class Sitter(ActorCamera):
    """The actor, who makes no turn while ``waits`` is set: the arrow stays, and nobody gets in."""

    def __init__(self, waits: Event) -> None:
        super().__init__(paced=True)
        self._waits = waits

    def ask(self, action: Action | None) -> None:
        """A blink is answered always: it has no arrow, and a turn follows it."""
        super().ask(action if action is Action.BLINK or not self._waits.is_set() else None)


def hold(hands: Hands) -> None:
    """Until the screen asks for a turn, and stay there: the look is paused, so however long a picture takes,
    it is of this moment. A look that ended before the screen came to it is begun again."""
    hands.waits.set()
    wait(lambda: _held(hands))


def go_on(hands: Hands) -> None:
    """The turn is made after all."""
    hands.waits.clear()
    if (job := hands.visible(FacePanel)._job) is not None:
        job.resume()


def begin_again(hands: Hands) -> None:
    """Where a look has ended and the screen offers another."""
    for face in hands.window.findChildren(FacePanel):
        if face.isVisible() and face.again.isVisible():
            face.again.click()


def _held(hands: Hands) -> bool:
    begin_again(hands)
    face = hands.visible(FacePanel)
    job, asking = face._job, face.preview.asking and face.sentence.text() in TURNS
    if job is None:
        return False
    if job.state.status is not Status.PAUSED:
        if asking:
            job.pause()
        return False
    if asking and face._newest is None:  # nothing is still to be drawn
        return True
    job.resume()
    return False
