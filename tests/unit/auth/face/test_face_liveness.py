"""The liveness session: a live person at human pace gets in, each species of attack does not, and why."""

from __future__ import annotations

import statistics
from dataclasses import replace

import numpy as np
import pytest

from auth.face.actor import ActorCamera
from auth.face.attacks import ATTACKS
from auth.face.challenge import HIGH, STANDARD, Action, Challenge, Step, draw
from auth.face.encode import AlignedEncoder
from auth.face.engine import Face, FaceAnalyser, Observation
from auth.face.evidence import Confirm, LivenessEvidence, required, spread
from auth.face.frame import Frame
from auth.face.guidance import Deny
from auth.face.liveness import LivenessSession
from auth.wire import MOST_FRAMES
from tests.fakes.performance import Attempt, attempt, judged


def asking(*actions: Action) -> Challenge:
    return Challenge(b"0" * 16, 0.4, tuple(Step(each, 0.2, 3.0) for each in actions))


def drawn(seed: int) -> Challenge:
    return draw(np.random.default_rng([seed, 77]).bytes(16), STANDARD)


@pytest.fixture(scope="module")
def live(analyser: FaceAnalyser, encoder: AlignedEncoder) -> Attempt:
    return attempt(ActorCamera(4), asking(Action.TURN_LEFT, Action.BLINK), analyser, encoder)


def test_live_people_are_confirmed_at_the_terminal_and_again_at_the_matcher(
    analyser: FaceAnalyser, encoder: AlignedEncoder
) -> None:
    seconds = []
    for seed in range(4):
        challenge = drawn(seed)
        done = attempt(ActorCamera(seed), challenge, analyser)
        assert done.evidence.live, seed
        assert len(done.frames) <= MOST_FRAMES
        again = judged(challenge, done.frames, analyser, encoder)
        assert again.live, seed
        assert set(again.key_frames) <= {frame.number for frame in done.frames}
        seconds.append(done.seconds)
    assert statistics.median(seconds) < 4, "the bar; counted time, not a clock"


def test_the_high_level_asks_three_things_and_a_blink(analyser: FaceAnalyser) -> None:
    challenge = draw(b"high level nonce" * 2, HIGH)
    done = attempt(ActorCamera(1), challenge, analyser)
    assert len(challenge.steps) == 3
    assert done.evidence.live
    assert Confirm.BLINK in done.evidence.confirmed


@pytest.mark.parametrize(
    "actions", [(Action.LOOK_UP, Action.TURN_RIGHT), (Action.TURN_LEFT, Action.LOOK_DOWN)]
)
def test_every_direction_can_be_asked(analyser: FaceAnalyser, actions: tuple[Action, Action]) -> None:
    assert attempt(ActorCamera(7), asking(*actions), analyser).evidence.live


def test_evidence_holds_figures_of_every_cue_and_no_picture(live: Attempt) -> None:
    cues = live.evidence.cues
    assert {"turn_left.turn", "turn_left.nose", "turn_left.residual", "turn_left.tracks"} <= set(cues)
    assert {"blink.likeness", "identity"} <= set(cues)
    assert all(isinstance(value, float | int) for value in cues.values())
    assert 3 <= len(live.evidence.key_frames) <= 5


@pytest.mark.parametrize("species", ATTACKS)
def test_no_attack_gets_through(analyser: FaceAnalyser, encoder: AlignedEncoder, species: str) -> None:
    challenge = drawn(100)
    done = attempt(ATTACKS[species](0), challenge, analyser)
    assert not (done.evidence.live and judged(challenge, done.frames, analyser, encoder).live)


@pytest.mark.long
@pytest.mark.parametrize("species", ATTACKS)
def test_no_attack_gets_through_in_many_runs(
    analyser: FaceAnalyser, encoder: AlignedEncoder, species: str
) -> None:
    for seed in range(200, 220):
        challenge = drawn(seed)
        done = attempt(ATTACKS[species](seed), challenge, analyser)
        assert not (done.evidence.live and judged(challenge, done.frames, analyser, encoder).live), seed


@pytest.mark.parametrize(
    ("species", "reasons"),
    [
        ("frozen", {Deny.FROZEN}),
        ("loop", {Deny.REPEATED, Deny.WRONG_WAY}),
        ("screen-photo", {Deny.BEZEL, Deny.SCREEN}),
        ("print-turned", {Deny.FLAT, Deny.BEZEL, Deny.TIMEOUT}),
    ],
)
def test_the_reason_fits_the_attack(analyser: FaceAnalyser, species: str, reasons: set[Deny]) -> None:
    assert attempt(ATTACKS[species](5), drawn(3), analyser).evidence.denied in reasons


class Stubborn(ActorCamera):
    """Does one thing whatever the screen asks."""

    does: Action | None = None

    def ask(self, action: Action | None) -> None:
        super().ask(self.does if action is not None else None)


@pytest.mark.parametrize(
    ("does", "reason"),
    [(None, Deny.TIMEOUT), (Action.TURN_RIGHT, Deny.WRONG_WAY), (Action.BLINK, Deny.TIMEOUT)],
)
def test_not_doing_what_is_asked_ends_the_attempt(
    analyser: FaceAnalyser, does: Action | None, reason: Deny
) -> None:
    camera = Stubborn(3)
    camera.does = does
    denied = attempt(camera, asking(Action.TURN_LEFT), analyser).evidence.denied
    assert denied is reason
    assert not reason.suspicious


def test_without_the_encoder_all_else_is_still_required(analyser: FaceAnalyser, live: Attempt) -> None:
    evidence = judged(asking(Action.TURN_RIGHT, Action.BLINK), live.frames, analyser)
    assert not evidence.live  # these frames answered another challenge


def replayed(live: Attempt, analyser: FaceAnalyser, frames: list[Frame]) -> LivenessEvidence:
    return judged(asking(Action.TURN_LEFT, Action.BLINK), frames, analyser)


def test_what_was_submitted_cannot_be_cut_repeated_or_retimed(live: Attempt, analyser: FaceAnalyser) -> None:
    frames = live.frames
    assert replayed(live, analyser, frames).live
    assert not replayed(live, analyser, frames[: len(frames) // 2]).live
    assert not replayed(live, analyser, frames[::-1]).live
    backwards = [*frames[:-1], replace(frames[-1], time=frames[0].time)]
    assert replayed(live, analyser, backwards).denied is Deny.TIMES
    hole = [*frames[:8], *(replace(each, time=each.time + 2) for each in frames[8:])]
    assert replayed(live, analyser, hole).denied is Deny.LOST
    twice = [*frames[:12], replace(frames[3], time=frames[11].time + 0.03), *frames[12:]]
    assert replayed(live, analyser, twice).denied is Deny.REPEATED


def test_more_frames_than_allowed_end_the_attempt(live: Attempt, analyser: FaceAnalyser) -> None:
    session = LivenessSession(asking(Action.TURN_LEFT), replay=True)
    dice = np.random.default_rng(1)
    empty = Observation(0.0, (64, 64), ())
    for number in range(MOST_FRAMES + 1):
        frame = Frame(dice.integers(0, 255, (64, 64, 3), np.uint8), 1 + number / 20, number)
        progress = session.push(frame, replace(empty, time=frame.time))
    assert progress.denied is Deny.TIMEOUT


class Doubtful:
    """A passive model that finds nothing live."""

    def live(self, frame: Frame, face: Face) -> float:
        return 0.2


def test_a_passive_model_has_a_veto_and_nan_is_a_veto_too(live: Attempt, analyser: FaceAnalyser) -> None:
    class Broken:
        def live(self, frame: Frame, face: Face) -> float:
            return float("nan")

    for model in (Doubtful(), Broken()):
        session = LivenessSession(asking(Action.TURN_LEFT, Action.BLINK), replay=True, passive=model)
        for frame in live.frames:
            progress = session.push(frame, analyser.analyse(frame))
        assert progress.denied is Deny.PASSIVE


def test_nothing_is_live_before_the_end_or_with_a_cue_missing() -> None:
    challenge = asking(Action.TURN_LEFT, Action.BLINK)
    need = required(challenge.steps, challenge)
    assert need == {Confirm.TURN, Confirm.PARALLAX, Confirm.BLINK}
    whole = LivenessEvidence(True, need, need, None, {}, ())
    assert whole.live
    assert not replace(whole, finished=False).live
    assert not replace(whole, denied=Deny.FLAT).live
    assert not any(replace(whole, confirmed=need - {each}).live for each in need)


def test_every_reason_has_a_sentence_that_says_what_to_do() -> None:
    sentences = {deny.sentence() for deny in Deny}
    assert len(sentences) == len(Deny)
    assert all(sentence.endswith("。") and "ください" in sentence for sentence in sentences)


def test_key_frames_are_spread_over_the_attempt() -> None:
    assert spread(list(range(11)), 5) == (0, 2, 5, 8, 10)
    assert spread([3, 4], 5) == (3, 4)
