"""The challenge: from the nonce alone, even over all orders, never without a sideways turn."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from auth.face.challenge import HIGH, LEVELS, STANDARD, TURNS, Action, ChallengePolicy, draw, sequences


def nonces(count: int) -> list[bytes]:
    dice = np.random.default_rng(4)
    return [dice.bytes(16) for _each in range(count)]


def test_the_same_nonce_always_asks_the_same() -> None:
    for nonce in nonces(20):
        assert draw(nonce) == draw(nonce)


def test_another_nonce_or_level_asks_something_else() -> None:
    first, second = nonces(2)
    assert draw(first) != draw(second)
    assert draw(first, STANDARD).settle_s != draw(first, HIGH).settle_s


@pytest.mark.parametrize("level", LEVELS.values(), ids=LEVELS)
def test_every_challenge_has_a_sideways_turn_and_stays_in_its_bounds(level: ChallengePolicy) -> None:
    for nonce in nonces(200):
        challenge = draw(nonce, level)
        actions = [step.action for step in challenge.steps]
        assert len(set(actions)) == level.steps
        assert not set(TURNS).isdisjoint(actions)
        assert Action.BLINK in actions or not level.blink_always
        assert level.settle_s[0] <= challenge.settle_s <= level.settle_s[1]
        for step in challenge.steps:
            assert level.hold_s[0] <= step.hold_s <= level.hold_s[1]
            assert level.deadline_s[0] <= step.deadline_s <= level.deadline_s[1]


def test_every_order_comes_about_equally_often() -> None:
    drawn = Counter(tuple(step.action for step in draw(nonce).steps) for nonce in nonces(2800))
    assert set(drawn) == set(sequences(STANDARD))
    assert len(drawn) == 14
    assert max(drawn.values()) < 1.5 * 200
    assert min(drawn.values()) > 0.5 * 200


def test_a_short_nonce_is_refused() -> None:
    with pytest.raises(ValueError, match="16"):
        draw(b"short")
