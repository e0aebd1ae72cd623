"""Is the signed-in person still before the screen? Looks up now and then; the session locks when somebody
else may act.

The decision (``PresenceWatch``) is pure: what was seen, and when, comes from outside. ``Lookout`` opens
the camera for the moment of one look only, so that other programs can have it and the lamp is off in
between; what it knows of the face lives in memory and dies with the session.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from auth.face.camera import Camera
from auth.face.compare import distance
from auth.face.encode import Encoder, Vector
from auth.face.engine import Face, FaceAnalyser, Observation
from auth.face.frame import Frame
from core.errors import SuiteError
from core.i18n import _

log = logging.getLogger(__name__)

PERIOD_S, DOUBT_S = 2.5, 1.0
"""Seconds between looks; when something is amiss the next look comes sooner."""
CONFIRM = 2
"""Looks that must agree before another face counts: one may be a bad picture."""
UNSURE_FACTOR = 4
"""How many times longer a face that cannot be made out (turned away, dim) keeps the session than no face."""
WARN_AGAIN_S = 60.0
END_S = 2.0  # how long the program waits for a look at its end; a hung driver must not keep it
OWNER, OTHER = 0.49, 0.62
"""Cosine distances: nearer is the owner, farther is another person, between them nobody can say."""
LEARN = 3
WARM_UP_FRAMES, TRIES = 3, 3


def clock() -> float:
    """Seconds that also count while the machine sleeps: whoever wakes it up may be somebody else."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class Sight(Enum):
    """What one look saw."""

    OWNER = "owner"
    OWNER_AND_OTHER = "owner-and-other"
    OTHER = "other"
    UNSURE = "unsure"
    NOBODY = "nobody"
    NO_CAMERA = "no-camera"


class Reaction(Enum):
    """What is to be done now."""

    LOCK_GONE = "gone"
    LOCK_OTHER = "other-face"
    WARN = "second-face"
    PAUSED = "paused"
    RESUMED = "resumed"

    @property
    def locks(self) -> bool:
        return self in (Reaction.LOCK_GONE, Reaction.LOCK_OTHER)

    def sentence(self) -> str:
        return {
            Reaction.LOCK_GONE: _("席を離れたため、ロックしました。"),
            Reaction.LOCK_OTHER: _("別の方の顔が写ったため、ロックしました。"),
            Reaction.WARN: _("後ろから画面を見ている方がいます。"),
            Reaction.PAUSED: _("ほかのアプリがカメラを使っているため、在席の確認を休んでいます。"),
            Reaction.RESUMED: _("在席の確認を再開しました。"),
        }[self]


@dataclass(slots=True)
class PresenceWatch:
    """after_s: seconds without the owner's face until the lock, 0 for never (another face alone locks even
    then).

    begin: the time of signing in; times are those of ``clock``.
    """

    after_s: float
    warn: bool
    begin: float
    _sure: float = 0.0
    _others: int = 0
    _seconds: int = 0
    _warned: float = float("-inf")
    _paused: bool = False

    def __post_init__(self) -> None:
        self._sure = self.begin

    def saw(self, sight: Sight, now: float) -> Reaction | None:
        """Take one look and say what to do; None for nothing."""
        if sight is Sight.NO_CAMERA:
            fresh, self._paused = not self._paused, True
            return Reaction.PAUSED if fresh else None
        if self._paused:
            self._paused, self._sure = False, now
            return Reaction.RESUMED
        self._others = self._others + 1 if sight is Sight.OTHER else 0
        self._seconds = self._seconds + 1 if sight is Sight.OWNER_AND_OTHER else 0
        if sight in (Sight.OWNER, Sight.OWNER_AND_OTHER):
            self._sure = now
        if self._others >= CONFIRM:
            return Reaction.LOCK_OTHER
        if self.after_s and now - self._sure >= self.after_s * (
            UNSURE_FACTOR if sight is Sight.UNSURE else 1
        ):
            return Reaction.LOCK_GONE
        if self.warn and self._seconds >= CONFIRM and now - self._warned >= WARN_AGAIN_S:
            self._warned = now
            return Reaction.WARN
        return None

    def wait(self, sight: Sight) -> float:
        """Seconds until the next look."""
        return DOUBT_S if sight in (Sight.OTHER, Sight.NOBODY) and self.after_s else PERIOD_S


class Lookout:
    """One look at a time. Without vectors from the sign-in it learns the face of its first good looks."""

    def __init__(
        self,
        camera: Callable[[], Camera],
        analyser: FaceAnalyser,
        encoder: Encoder,
        owner: Sequence[Vector] = (),
    ) -> None:
        self._camera, self._analyser, self._encoder = camera, analyser, encoder
        self._owner = list(owner)

    def look(self) -> Sight:
        """Open, look, close. A camera that another program holds, or none at all, is NO_CAMERA."""
        camera = self._camera()
        try:
            camera.open()
            for _number in range(WARM_UP_FRAMES):  # the first ones are dark
                frame = camera.read()
            for _number in range(TRIES):
                sight = self._judge(frame, self._analyser.analyse(frame))
                if sight is not Sight.NOBODY:
                    break
                frame = camera.read()
        except SuiteError as error:
            log.debug("presence: %s", error.code)
            return Sight.NO_CAMERA
        finally:
            camera.close()
        return sight

    def _judge(self, frame: Frame, seen: Observation) -> Sight:
        if not seen.faces:
            return Sight.NOBODY
        face = seen.face
        if face is None or face.quality is None:
            return Sight.UNSURE
        mine = self._is_owner(frame, face)
        if mine is None:
            return Sight.UNSURE
        if not mine:
            return Sight.OTHER
        return Sight.OWNER_AND_OTHER if seen.second_face else Sight.OWNER

    def _is_owner(self, frame: Frame, face: Face) -> bool | None:
        """None: nobody can say."""
        now = self._encoder.encode(frame, face)
        away = min((distance(now, each) for each in self._owner), default=0.0)
        good = face.quality is not None and face.quality.good
        if away <= OWNER:
            if good and len(self._owner) < LEARN:
                self._owner.append(now)
            return True if self._owner else None
        return False if away > OTHER and good else None


class PresenceLoop:
    """The thread between the two. react is called on it, at most once a look; a lock ends it."""

    def __init__(self, lookout: Lookout, watch: PresenceWatch, react: Callable[[Reaction], None]) -> None:
        self._lookout, self._watch, self._react = lookout, watch, react
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="presence", daemon=True)

    def start(self) -> None:
        atexit.register(self._end)
        self._thread.start()

    def stop(self) -> None:
        """Does not wait: a look may hang in a camera's driver, and signing out must not."""
        self._stopping.set()

    def _end(self) -> None:
        """At the program's end a look is waited for: a thread that is cut off in a library's C++ aborts the
        process (std::terminate on the forced unwind)."""
        self.stop()
        self._thread.join(END_S)

    def _run(self) -> None:
        try:
            self._watch_on()
        finally:
            atexit.unregister(self._end)

    def _watch_on(self) -> None:
        wait = PERIOD_S
        while not self._stopping.wait(wait):
            sight = self._lookout.look()
            if self._stopping.is_set():
                return
            reaction = self._watch.saw(sight, clock())
            wait = self._watch.wait(sight)
            if reaction is not None:
                self._react(reaction)
            if reaction is not None and reaction.locks:
                return
