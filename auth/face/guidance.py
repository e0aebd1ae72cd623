"""What liveness says to the person: the next movement, and why an attempt ended. Shown with an arrow, and
spoken."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from auth.face.challenge import Action
from core.i18n import _

Arrow = Literal["left", "right", "up", "down"]

ARROWS: dict[Action, Arrow] = {
    Action.TURN_LEFT: "left",
    Action.TURN_RIGHT: "right",
    Action.LOOK_UP: "up",
    Action.LOOK_DOWN: "down",
}


@dataclass(frozen=True, slots=True)
class Guidance:
    """One instruction. arrow: the side of the mirrored preview, which is the person's own side; spoken:
    read it aloud now (it changed and matters); action: what is asked, for whoever performs it."""

    sentence: str
    arrow: Arrow | None = None
    spoken: bool = False
    action: Action | None = None


def ask(action: Action) -> Guidance:
    """Ask for an action for the first time."""
    sentences = {
        Action.TURN_LEFT: _("ゆっくり左を向いてください。"),
        Action.TURN_RIGHT: _("ゆっくり右を向いてください。"),
        Action.LOOK_UP: _("ゆっくり上を向いてください。"),
        Action.LOOK_DOWN: _("ゆっくり下を向いてください。"),
        Action.BLINK: _("正面を見て、ゆっくり1回まばたきしてください。"),
    }
    return Guidance(sentences[action], ARROWS.get(action), True, action)


def further(action: Action) -> Guidance:
    return Guidance(_("もう少し、同じ向きへ。"), ARROWS.get(action), False, action)


def hold(action: Action) -> Guidance:
    return Guidance(_("そのまま、少し止まってください。"), ARROWS.get(action), False, action)


def again(action: Action) -> Guidance:
    """The turn was too quick or too dim to measure."""
    return Guidance(_("一度正面に戻り、もう一度ゆっくり向いてください。"), ARROWS.get(action), True, None)


def look_ahead() -> Guidance:
    return Guidance(_("正面を見てください。"), None, False, None)


def stay() -> Guidance:
    return Guidance(_("そのまま、もう少し正面を見てください。"), None, False, None)


def done() -> Guidance:
    return Guidance(_("確認しました。正面を見てください。"), None, True, None)


class Deny(StrEnum):
    """Why an attempt cannot count as a live person. Final for this attempt; the next one draws a new
    challenge."""

    FROZEN = "frozen"
    REPEATED = "repeated"
    TIMES = "times"
    BEZEL = "bezel"
    SCREEN = "screen"
    SECOND_FACE = "second-face"
    IDENTITY = "identity"
    FLAT = "flat"
    PASSIVE = "passive"
    UNLIT = "unlit"
    TOO_LIGHT = "too-light"
    TOO_EARLY = "too-early"
    WRONG_WAY = "wrong-way"
    LOST = "lost"
    NO_DEPTH = "no-depth"
    TIMEOUT = "timeout"

    @property
    def suspicious(self) -> bool:
        """True when it looks like an attack, False when it happens to anyone now and then."""
        return self not in (
            Deny.SECOND_FACE, Deny.WRONG_WAY, Deny.LOST, Deny.NO_DEPTH, Deny.TIMEOUT, Deny.TOO_LIGHT,
        )  # fmt: skip

    def sentence(self) -> str:
        """What happened and what to do, for the person at the camera."""
        return {
            Deny.FROZEN: _("映像が止まっています。カメラを確かめて、もう一度お試しください。"),
            Deny.REPEATED: _("同じ映像が繰り返されています。カメラを確かめて、もう一度お試しください。"),
            Deny.TIMES: _("映像の時刻が乱れています。カメラを確かめて、もう一度お試しください。"),
            Deny.BEZEL: _("画面や写真の枠が写っています。ご本人が直接カメラの前でお試しください。"),
            Deny.SCREEN: _("画面に映した顔のように見えます。ご本人が直接カメラの前でお試しください。"),
            Deny.SECOND_FACE: _("ほかの方の顔も写っています。お一人で、もう一度お試しください。"),
            Deny.IDENTITY: _("途中で別の方に替わったように見えます。お一人で、もう一度お試しください。"),
            Deny.FLAT: _("顔の立体感を確かめられません。ご本人が直接カメラの前でお試しください。"),
            Deny.PASSIVE: _("写真や画面の可能性があります。ご本人が直接カメラの前でお試しください。"),
            Deny.UNLIT: _(
                "画面の光が顔に映りませんでした。日差しを避け、ご本人が画面の正面でお試しください。"
            ),
            Deny.TOO_LIGHT: _("部屋が明るく、画面の光を確かめられません。日差しを避けてお試しください。"),
            Deny.TOO_EARLY: _("案内より先に動きました。案内が出てから動いてください。"),
            Deny.WRONG_WAY: _("案内と違う向きでした。矢印の向きに、もう一度お試しください。"),
            Deny.LOST: _("顔が画面から外れました。顔全体が写る位置で、もう一度お試しください。"),
            Deny.NO_DEPTH: _(
                "動きを十分に確かめられませんでした。明るい場所で、もっとゆっくりお試しください。"
            ),
            Deny.TIMEOUT: _("時間内に動きを確かめられませんでした。もう一度お試しください。"),
        }[self]

    def next_step(self) -> str:
        return _("続けてうまくいかないときは、暗証番号を使ってください。")
