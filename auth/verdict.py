"""From evidence to verdict in one pure function, and a sentence and a next step for every reason."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from auth.face.guidance import Deny
from core.i18n import _

if TYPE_CHECKING:  # the agent reads reasons without loading what measures faces
    from auth.face.compare import Thresholds
    from auth.face.evidence import LivenessEvidence

MIN_PROBES = 3
PER_DECADE = 0.013
"""Distance between the thresholds of FMR 1e-3 and 1e-4 (NUAA, template of 8, probe of 5 frames: 0.386 and
0.373). Among n people a false match is n times as likely, so the limit falls by this a factor of ten."""
RIVAL_MARGIN = 0.06
"""How much farther than the best the second best of a group must be; below it the face does not say who."""


class Reason(StrEnum):
    """Why one piece of evidence was taken or not; the value is what answers and the audit trail write. A deny
    cue of liveness (``auth.face.guidance.Deny``) stands for itself: ``Why`` is either."""

    ACCEPTED = "accepted"
    SECOND_FACTOR_NEEDED = "second-factor-needed"
    PIN_WRONG = "pin-wrong"
    CODE_WRONG = "code-wrong"
    TOTP_WRONG = "totp-wrong"
    NOT_MATCHING = "not-matching"
    AMBIGUOUS = "ambiguous"
    NOT_ENROLLED = "not-enrolled"
    OTHER_MODEL = "other-model"
    POOR_IMAGE = "poor-image"
    NOT_CONFIRMED = "not-confirmed"
    BAD_NUMBERS = "bad-numbers"
    ENROLLED = "enrolled"
    TOO_FEW_FRAMES = "too-few-frames"
    BELONGS_TO_OTHER = "belongs-to-other"

    def sentence(self) -> str:
        """What happened, in one line."""
        return {
            Reason.ACCEPTED: _("本人と確認しました。"),
            Reason.SECOND_FACTOR_NEEDED: _("もう一つ確認が必要です。"),
            Reason.PIN_WRONG: _("職員番号または暗証番号が違います。"),
            Reason.CODE_WRONG: _("職員番号またはコードが違うか、コードの期限が切れています。"),
            Reason.TOTP_WRONG: _("職員番号またはトークンの番号が違うか、すでに使われた番号です。"),
            Reason.NOT_MATCHING: _("登録された顔と一致しませんでした。"),
            Reason.AMBIGUOUS: _("どなたか、顔だけでは決められませんでした。"),
            Reason.NOT_ENROLLED: _("この職員番号の顔は登録されていません。"),
            Reason.OTHER_MODEL: _("顔の登録が、いまの照合方式より前のものです。"),
            Reason.POOR_IMAGE: _("はっきり写った正面の顔が足りませんでした。"),
            Reason.NOT_CONFIRMED: _("お願いした動きを確かめられませんでした。"),
            Reason.BAD_NUMBERS: _("カメラの映像を正しく読み取れませんでした。"),
            Reason.ENROLLED: _("顔を登録しました。"),
            Reason.TOO_FEW_FRAMES: _("登録に使える映像が足りませんでした。"),
            Reason.BELONGS_TO_OTHER: _("この顔は、ほかの職員番号で登録されています。"),
        }[self]

    def next_step(self) -> str:
        """What the person does now; empty when there is nothing left to do."""
        return {
            Reason.ACCEPTED: "",
            Reason.SECOND_FACTOR_NEEDED: _("続けて、もう一つの方法で確認してください。"),
            Reason.PIN_WRONG: _("確かめて、もう一度入力してください。"),
            Reason.CODE_WRONG: _("確かめて入力し直すか、情報担当に新しいコードを依頼してください。"),
            Reason.TOTP_WRONG: _("次の番号が出るのを待って、もう一度入力してください。"),
            Reason.NOT_MATCHING: _("職員番号を確かめてもう一度試すか、暗証番号を使ってください。"),
            Reason.AMBIGUOUS: _("職員番号を選ぶか入力して、もう一度試してください。"),
            Reason.NOT_ENROLLED: _("暗証番号でサインインし、「設定 → 顔」で登録してください。"),
            Reason.OTHER_MODEL: _("暗証番号でサインインし、顔を登録し直してください。"),
            Reason.POOR_IMAGE: _("明るい場所で正面を向いてもう一度試すか、暗証番号を使ってください。"),
            Reason.NOT_CONFIRMED: _("案内に合わせてもう一度試すか、暗証番号を使ってください。"),
            Reason.BAD_NUMBERS: _("カメラを確かめてもう一度試すか、暗証番号を使ってください。"),
            Reason.ENROLLED: "",
            Reason.TOO_FEW_FRAMES: _("明るい場所で、ゆっくり動いてもう一度試してください。"),
            Reason.BELONGS_TO_OTHER: _("心当たりがなければ、情報担当に連絡してください。"),
        }[self]


Why = Reason | Deny


def why(value: str) -> Why:
    """The reason with this value. ValueError if there is none."""
    return _BY_VALUE[value] if value in _BY_VALUE else Reason(value)


_BY_VALUE: dict[str, Why] = {each.value: each for each in (*Reason, *Deny)}


@dataclass(frozen=True)
class MatchEvidence:
    """The comparison of ``probes`` frames with one template, as distances of the encoder's metric.

    distance: normalised by the cohort where there is one (on the same scale); raw: as measured;
    rival: distance of the second best of a group, infinite 1:1; candidates: the group's size, 1 for 1:1.
    """

    distance: float
    raw: float
    probes: int
    rival: float = math.inf
    candidates: int = 1


@dataclass(frozen=True)
class Verdict:
    """``accepted`` alone; with SECOND_FACTOR_NEEDED the face counts, but only beside another factor."""

    accepted: bool
    reason: Why


def alive(liveness: LivenessEvidence) -> Why | None:
    """None when every confirm cue is there and no deny cue; else the reason. Deny cues are final."""
    if liveness.denied is not None:
        return liveness.denied
    if not liveness.finished or not liveness.required or not liveness.required <= liveness.confirmed:
        return Reason.NOT_CONFIRMED
    if not all(math.isfinite(value) for value in liveness.cues.values()):
        return Reason.BAD_NUMBERS
    return None


def decide(liveness: LivenessEvidence, match: MatchEvidence, thresholds: Thresholds) -> Verdict:
    """The one decision about a face. Pure; no weighing of one cue against another."""
    reason = alive(liveness) or _compared(match, thresholds)
    return Verdict(reason is Reason.ACCEPTED, reason)


def _compared(match: MatchEvidence, thresholds: Thresholds) -> Reason:
    if not (math.isfinite(match.distance) and math.isfinite(match.raw)) or math.isnan(match.rival):
        return Reason.BAD_NUMBERS
    if match.probes < MIN_PROBES:
        return Reason.POOR_IMAGE
    stricter = PER_DECADE * math.log10(max(match.candidates, 1))
    with_second = min(thresholds.with_second, thresholds.never) - stricter
    if match.raw > thresholds.never or match.distance > with_second:
        return Reason.NOT_MATCHING
    if match.rival - match.distance < RIVAL_MARGIN:
        return Reason.AMBIGUOUS
    alone = min(thresholds.alone, thresholds.never) - stricter
    return Reason.ACCEPTED if match.distance <= alone else Reason.SECOND_FACTOR_NEEDED
