"""The decision, exhaustively: nothing with a deny cue, without a confirm cue, or with NaN gets in."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.face.compare import Metric, Thresholds
from auth.face.evidence import Confirm, LivenessEvidence
from auth.face.guidance import Deny
from auth.verdict import MIN_PROBES, RIVAL_MARGIN, MatchEvidence, Reason, Verdict, alive, decide

THRESHOLDS = Thresholds(Metric.COSINE, 0.37, 0.41, 0.49, "")
ASKED = frozenset({Confirm.TURN, Confirm.PARALLAX})
LIVE = LivenessEvidence(True, ASKED, ASKED, None, {"turn": 1.2}, (0, 4, 8, 12, 16))
COUNTS = (Reason.ACCEPTED, Reason.SECOND_FACTOR_NEEDED)


def matched(distance: float, raw: float | None = None, probes: int = 5, **more: float) -> MatchEvidence:
    return MatchEvidence(distance, distance if raw is None else raw, probes, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("match", "reason"),
    [
        (matched(0.0), Reason.ACCEPTED),
        (matched(0.37), Reason.ACCEPTED),
        (matched(0.3701), Reason.SECOND_FACTOR_NEEDED),
        (matched(0.41), Reason.SECOND_FACTOR_NEEDED),
        (matched(0.4101), Reason.NOT_MATCHING),
        (matched(0.1, raw=0.4901), Reason.NOT_MATCHING),
        (matched(0.1, raw=0.49), Reason.ACCEPTED),
        (matched(0.1, probes=MIN_PROBES - 1), Reason.POOR_IMAGE),
        (matched(0.1, probes=0), Reason.POOR_IMAGE),
        (matched(0.3, candidates=20, rival=0.35), Reason.AMBIGUOUS),
        (matched(0.3, candidates=20, rival=0.3 + RIVAL_MARGIN + 1e-9), Reason.ACCEPTED),
        (matched(0.36, candidates=20, rival=0.9), Reason.SECOND_FACTOR_NEEDED),
        (matched(0.40, candidates=20, rival=0.9), Reason.NOT_MATCHING),
        (matched(math.nan), Reason.BAD_NUMBERS),
        (matched(0.1, raw=math.nan), Reason.BAD_NUMBERS),
        (matched(-math.inf), Reason.BAD_NUMBERS),
        (matched(0.1, rival=math.nan), Reason.BAD_NUMBERS),
    ],
)
def test_a_live_face_is_decided_by_its_distance(match: MatchEvidence, reason: Reason) -> None:
    assert decide(LIVE, match, THRESHOLDS) == Verdict(reason is Reason.ACCEPTED, reason)


@pytest.mark.parametrize("deny", Deny)
def test_every_deny_cue_is_final_and_named(deny: Deny) -> None:
    seen = LivenessEvidence(True, ASKED, ASKED, deny, {}, LIVE.key_frames)
    assert decide(seen, matched(0.0), THRESHOLDS) == Verdict(False, deny)


def test_a_loose_setting_goes_no_farther_than_never() -> None:
    loose = Thresholds(Metric.COSINE, 0.49, 0.49, 0.49, "")
    assert not decide(LIVE, matched(0.4901), loose).accepted


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_says_what_happened_and_what_to_do(reason: Reason) -> None:
    assert reason.sentence().endswith("。")
    done = reason in (Reason.ACCEPTED, Reason.ENROLLED)
    assert reason.next_step() == "" if done else reason.next_step().endswith("。")


numbers = st.floats(allow_nan=True, allow_infinity=True)
evidence = st.builds(
    LivenessEvidence,
    st.booleans(),
    st.frozensets(st.sampled_from(Confirm)),
    st.frozensets(st.sampled_from(Confirm)),
    st.none() | st.sampled_from(Deny),
    st.dictionaries(st.text(max_size=3), numbers, max_size=3),
    st.just(()),
)
matches = st.builds(
    MatchEvidence,
    numbers | st.floats(0, 0.5),
    numbers | st.floats(0, 0.5),
    st.integers(-1, 9),
    numbers,
    st.integers(-1, 10_000),
)


@given(evidence, matches)
def test_no_input_gets_in_that_should_not(seen: LivenessEvidence, match: MatchEvidence) -> None:
    verdict = decide(seen, match, THRESHOLDS)
    assert verdict.accepted is (verdict.reason is Reason.ACCEPTED)
    if verdict.reason in COUNTS:
        assert alive(seen) is None
        assert seen.denied is None
        assert seen.finished
        assert seen.required
        assert seen.required <= seen.confirmed
        assert all(math.isfinite(v) for v in seen.cues.values())
        assert match.distance <= 0.41
        assert match.raw <= 0.49
        assert match.probes >= MIN_PROBES
        assert match.rival - match.distance >= RIVAL_MARGIN
    if verdict.accepted:
        assert match.distance <= 0.37


@given(evidence, matches)
def test_taking_a_cue_away_never_helps(seen: LivenessEvidence, match: MatchEvidence) -> None:
    fewer = LivenessEvidence(
        seen.finished, seen.required, frozenset(), seen.denied, seen.cues, seen.key_frames
    )
    assert decide(fewer, match, THRESHOLDS).reason not in COUNTS
