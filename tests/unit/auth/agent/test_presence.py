"""Presence: when the session locks, when it warns, when it keeps still; and what one look sees."""

from __future__ import annotations

import threading

import pytest

from auth.agent.presence import (
    PERIOD_S,
    WARN_AGAIN_S,
    Lookout,
    PresenceLoop,
    PresenceWatch,
    Reaction,
    Sight,
    clock,
)
from auth.face.actor import ActorCamera, room
from auth.face.actor_mesh import Image, Pose
from auth.face.actor_people import sample
from auth.face.attacks import TwoPeopleCamera
from auth.face.camera import Camera, busy, no_camera
from auth.face.encode import AlignedEncoder, mobilefacenet
from auth.face.engine import FaceAnalyser
from auth.face.frame import Frame
from core.errors import SuiteError


def played(watch: PresenceWatch, *sights: Sight, every: float = PERIOD_S) -> list[Reaction | None]:
    return [watch.saw(sight, (number + 1) * every) for number, sight in enumerate(sights)]


def watching(after_s: float = 10, warn: bool = True) -> PresenceWatch:
    return PresenceWatch(after_s, warn, 0.0)


@pytest.mark.parametrize("after_s", [10, 30, 60])
def test_it_locks_when_the_owner_has_been_away_for_the_set_time(after_s: float) -> None:
    watch = watching(after_s)
    assert watch.saw(Sight.OWNER, 5.0) is None
    assert watch.saw(Sight.NOBODY, 5.0 + after_s - 0.1) is None
    assert watch.saw(Sight.NOBODY, 5.0 + after_s) is Reaction.LOCK_GONE


def test_coming_back_in_time_starts_the_count_anew() -> None:
    watch = watching(10)
    assert watch.saw(Sight.NOBODY, 9.0) is None
    assert watch.saw(Sight.OWNER, 9.5) is None
    assert watch.saw(Sight.NOBODY, 19.0) is None
    assert watch.saw(Sight.NOBODY, 19.5) is Reaction.LOCK_GONE


def test_another_face_alone_locks_at_once_but_one_bad_look_does_not() -> None:
    assert played(watching(), Sight.OTHER, Sight.OWNER, Sight.OTHER) == [None] * 3
    assert played(watching(60), Sight.OTHER, Sight.OTHER)[-1] is Reaction.LOCK_OTHER


def test_a_face_that_cannot_be_made_out_keeps_the_session_longer_but_not_for_ever() -> None:
    watch = watching(10)
    assert watch.saw(Sight.UNSURE, 39.0) is None
    assert watch.saw(Sight.UNSURE, 40.0) is Reaction.LOCK_GONE


def test_a_machine_that_slept_locks_when_nobody_is_there_on_waking() -> None:
    watch = watching(60)
    assert watch.saw(Sight.OWNER, 10.0) is None
    assert watch.saw(Sight.NOBODY, 3600.0) is Reaction.LOCK_GONE


def test_a_second_person_is_told_once_a_minute_and_only_when_asked_for() -> None:
    both = [Sight.OWNER_AND_OTHER] * 40
    reactions = played(watching(), *both, every=2.0)
    assert reactions[:2] == [None, Reaction.WARN]
    assert reactions.count(Reaction.WARN) == 1 + int(76 // WARN_AGAIN_S)
    assert set(played(watching(warn=False), *both)) == {None}


def test_while_another_program_has_the_camera_it_rests_and_then_counts_from_anew() -> None:
    watch = watching(10)
    assert watch.saw(Sight.NO_CAMERA, 5.0) is Reaction.PAUSED
    assert watch.saw(Sight.NO_CAMERA, 500.0) is None
    assert watch.saw(Sight.NOBODY, 501.0) is Reaction.RESUMED
    assert watch.saw(Sight.NOBODY, 510.0) is None
    assert watch.saw(Sight.NOBODY, 511.0) is Reaction.LOCK_GONE


def test_switched_off_nobody_is_locked_out_for_being_away() -> None:
    assert played(watching(0), *[Sight.NOBODY] * 50) == [None] * 50


def test_it_looks_sooner_when_something_is_amiss() -> None:
    watch = watching()
    assert watch.wait(Sight.NOBODY) < watch.wait(Sight.OWNER)


@pytest.fixture(scope="module")
def analyser() -> FaceAnalyser:
    return FaceAnalyser()


@pytest.fixture(scope="module")
def encoder() -> AlignedEncoder:
    return mobilefacenet()


class Empty(ActorCamera):
    def draw(self, pose: Pose, now: float) -> Image:
        return room(0)


class Broken:
    """A camera that somebody else holds, or that is not there."""

    name = "broken"

    def __init__(self, error: SuiteError) -> None:
        self._error = error
        self.closed = False

    def open(self) -> None:
        raise self._error

    def read(self) -> Frame:
        raise self._error

    def close(self) -> None:
        self.closed = True


class Stage:
    """Whatever stands before the camera at the next look."""

    def __init__(self, camera: Camera) -> None:
        self.camera = camera

    def __call__(self) -> Camera:
        return self.camera


def test_it_learns_the_face_of_the_sign_in_and_knows_others_from_it(
    analyser: FaceAnalyser, encoder: AlignedEncoder
) -> None:
    stage = Stage(ActorCamera(1))
    lookout = Lookout(stage, analyser, encoder)
    assert [lookout.look() for _each in range(3)] == [Sight.OWNER] * 3
    stage.camera = ActorCamera(3, sample(1))
    assert lookout.look() is Sight.OTHER
    stage.camera = Empty(1)
    assert lookout.look() is Sight.NOBODY
    stage.camera = ActorCamera(9)
    assert lookout.look() is Sight.OWNER


def test_someone_beside_the_owner_is_seen(analyser: FaceAnalyser, encoder: AlignedEncoder) -> None:
    stage = Stage(ActorCamera(1))
    lookout = Lookout(stage, analyser, encoder)
    assert lookout.look() is Sight.OWNER

    class Beside(TwoPeopleCamera):
        def open(self) -> None:
            super().open()
            self._from = 0

    stage.camera = Beside(4)
    assert lookout.look() is Sight.OWNER_AND_OTHER


@pytest.mark.parametrize("error", [busy("x"), no_camera()])
def test_a_camera_that_is_taken_or_gone_is_told_apart_from_nobody_and_left_closed(
    analyser: FaceAnalyser, encoder: AlignedEncoder, error: SuiteError
) -> None:
    camera = Broken(error)
    assert Lookout(Stage(camera), analyser, encoder).look() is Sight.NO_CAMERA
    assert camera.closed


def test_the_loop_ends_with_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auth.agent.presence.PERIOD_S", 0.001)
    monkeypatch.setattr("auth.agent.presence.DOUBT_S", 0.001)

    class Sees:
        looks = 0

        def look(self) -> Sight:
            self.looks += 1
            return Sight.OTHER

    sees, reactions, locked = Sees(), [], threading.Event()

    def react(reaction: Reaction) -> None:
        reactions.append(reaction)
        locked.set()

    loop = PresenceLoop(sees, PresenceWatch(10, True, clock()), react)  # type: ignore[arg-type]
    loop.start()
    assert locked.wait(10)
    loop._thread.join(5)
    assert not loop._thread.is_alive()
    assert reactions == [Reaction.LOCK_OTHER]
    assert sees.looks == 2


def test_the_program_s_end_waits_for_the_look_that_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auth.agent.presence.PERIOD_S", 0.001)
    looking, go = threading.Event(), threading.Event()

    class Slow:
        def look(self) -> Sight:
            looking.set()
            go.wait(10)
            return Sight.OWNER

    loop = PresenceLoop(Slow(), PresenceWatch(10, True, clock()), lambda _r: None)  # type: ignore[arg-type]
    loop.start()
    assert looking.wait(10)
    threading.Timer(0.05, go.set).start()
    loop._end()
    assert not loop._thread.is_alive()
