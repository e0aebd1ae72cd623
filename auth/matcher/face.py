"""The evidence that looks: challenge, match, enrol. The terminal sends frames and is told a verdict."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

from auth.face.challenge import FLASH, LEVELS, STANDARD, STEADY, ChallengePolicy, draw
from auth.face.engine import FaceAnalyser
from auth.lockout import Attempt
from auth.matcher.comparison import Comparison
from auth.matcher.engines import Engine
from auth.matcher.look import Look
from auth.matcher.matcher import Answer, Matcher
from auth.matcher.poses import enrolment_frames
from auth.matcher.store import IssuedChallenge
from auth.matcher.vault import Vault
from auth.model import Evidence, Factor, Person, check_staff_number
from auth.verdict import Reason, Verdict, alive, decide
from auth.wire import Picture
from core.errors import SuiteError
from core.i18n import _

MOST_CANDIDATES = 20
SPAN_LEAVE_S = 1.0
MOST_CUES = 12  # an audit row takes 20 figures; the decisive ones come first
Detail = dict[str, str | int | float | bool]


class FaceMatcher:
    """Gives out challenges and opens the answers to them. Loading the models may raise FACE-0xx before."""

    def __init__(self, matcher: Matcher, vault: Vault, analyser: FaceAnalyser, engine: Engine) -> None:
        self.matcher = matcher
        self.vault = vault
        self.engine = engine
        self.comparison = Comparison(matcher.register, vault, engine, matcher.rules.face.cohort_size)
        self._analyser = analyser

    def challenge(
        self, purpose: str, staff_number: str | None, device: str, access: str, *, steady: bool = False
    ) -> Mapping[str, Any]:
        """Draw a challenge, unless it is known already that the answer could not help. steady: for someone
        who cannot bear colours that change. SuiteErrors: LOCK-001, FACE-110 (not enrolled), FACE-111 (nobody
        to compare with), FACE-113 (enrolled with another model), FACE-114 (never without colours),
        AUTH-020..022 (enrolling)."""
        level = self._level(steady)
        if purpose == "enrol":
            number = self.matcher.caller(access, device, fresh=True).subject
        else:
            number = check_staff_number(staff_number) if staff_number else ""
            candidates = self.candidates(number, device)
            if not candidates:
                raise _in_vain(Reason.NOT_ENROLLED, "FACE-110") if number else _nobody()
            if not self.comparison.comparable(candidates):
                raise _in_vain(Reason.OTHER_MODEL, "FACE-113")
            self.matcher.lockouts.check(Factor.FACE, number or device, device)
        issued = self.matcher.challenge(purpose, number, device, level.name)
        return {
            "challenge_id": issued.nonce.hex(),
            "level": level.name,
            "expires_in": issued.expires - issued.issued,
        }

    def open_match(self, challenge_id: str, device: str, prior: str | None, key: str = "") -> Match:
        """Begin to hear the answer to a challenge. It is spent, and the guess counted, by this."""
        issued = self._spend(challenge_id, "sign-in", device)
        earlier = self.matcher.earlier(prior, issued.staff_number, device)
        attempt = self.matcher.lockouts.claim(Factor.FACE, issued.staff_number or device, device)
        return Match(self, issued, self._look(issued), earlier, attempt, key)

    def open_enrolment(self, challenge_id: str, device: str, access: str, consent: str) -> Enrolment:
        """Begin to hear an enrolment. SuiteError AUTH-020..024."""
        issued = self._spend(challenge_id, "enrol", device)
        if issued.staff_number != self.matcher.caller(access, device, fresh=True).subject:
            raise _spent()
        return Enrolment(self, issued, self._look(issued), consent)

    def candidates(self, number: str, device: str) -> list[Person]:
        """Active people with a template: the one named, else those of this terminal and of their groups."""
        register = self.matcher.register
        if number:
            found = [p for p in [register.person(number)] if p is not None and p.active]
        else:
            last = register.last_people(device, MOST_CANDIDATES)
            groups = [p for g in sorted({p.group for p in last}) for p in register.group(g)]
            found = list({p.staff_number: p for p in (*last, *groups)}.values())
            if len(found) > MOST_CANDIDATES:
                raise _nobody()
        return [p for p in found if register.template(p.staff_number) is not None]

    def check_span(self, look: Look, issued: IssuedChallenge) -> None:
        """Frames cannot span more time than has passed since the challenge was given out."""
        if look.span > self.matcher.clock.now() - issued.issued + SPAN_LEAVE_S:
            raise _spent()

    def _level(self, steady: bool) -> ChallengePolicy:
        """What the administrator's policy and the person's eyes leave."""
        policy = self.matcher.rules.face.flash
        if steady and policy == "required":
            raise _only_with_colours()
        if steady or policy == "off":
            return STEADY
        return FLASH if policy == "required" else STANDARD

    def _look(self, issued: IssuedChallenge) -> Look:
        level = LEVELS[issued.purpose.partition("/")[2]]
        return Look(draw(issued.nonce, level), self._analyser, self.engine)

    def _spend(self, challenge_id: str, purpose: str, device: str) -> IssuedChallenge:
        try:
            nonce = bytes.fromhex(challenge_id)
        except ValueError:
            raise _spent() from None
        issued = self.matcher.register.spend_challenge(nonce, device, self.matcher.clock.now())
        if issued is None or issued.purpose.partition("/")[0] != purpose:
            raise _spent()
        return issued


class Match:
    """The answer to one sign-in challenge: frames in, then the verdict and the statement."""

    def __init__(
        self,
        face: FaceMatcher,
        issued: IssuedChallenge,
        look: Look,
        earlier: tuple[Evidence, ...],
        attempt: Attempt,
        key: str,
    ) -> None:
        self._face = face
        self._key = key
        self._issued = issued
        self._look = look
        self._earlier = earlier
        self._attempt = attempt

    def push(self, picture: Picture) -> None:
        self._look.push(picture)

    def conclude(self) -> Answer:
        """The one decision, its audit line, and the signed statement if it counts."""
        self._face.check_span(self._look, self._issued)
        begin = time.perf_counter()
        person, verdict, detail = self._judge()
        timings = {"look": self._look.elapsed_ms, "match": (time.perf_counter() - begin) * 1000}
        matcher, issued = self._face.matcher, self._issued
        if person is not None and (verdict.accepted or verdict.reason is Reason.SECOND_FACTOR_NEEDED):
            self._attempt.succeeded()
            evidence = Evidence(Factor.FACE, matcher.clock.now(), verdict.accepted, detail)
            nonce = issued.nonce.hex()
            return matcher.conclude(
                person, (*self._earlier, evidence), issued.device, nonce, timings, key=self._key
            )
        number = issued.staff_number
        return matcher.refuse(verdict.reason, Factor.FACE, number, issued.device, detail, timings)

    def _judge(self) -> tuple[Person | None, Verdict, Detail]:
        liveness, detail = self._look.liveness, cues(self._look)
        if (reason := alive(liveness)) is not None:  # nothing is compared for what is not alive
            return None, Verdict(False, reason), detail
        candidates = self._face.candidates(self._issued.staff_number, self._issued.device)
        found = self._face.comparison.nearest(self._look.vectors(liveness.key_frames), candidates)
        if isinstance(found, Reason):
            return None, Verdict(False, found), detail
        person, match = found
        detail |= {
            "distance": round(match.distance, 4),
            "raw": round(match.raw, 4),
            "probes": match.probes,
            "candidates": match.candidates,
        }
        return person, decide(liveness, match, self._face.engine.thresholds), detail


class Enrolment:
    """One enrolment: frames in, then a template of a live face that is nobody else's. Until it is complete
    the former template stays."""

    def __init__(self, face: FaceMatcher, issued: IssuedChallenge, look: Look, consent: str) -> None:
        self._face = face
        self._issued = issued
        self._look = look
        self._consent = consent

    def push(self, picture: Picture) -> None:
        self._look.push(picture)

    def conclude(self) -> Mapping[str, Any]:
        """Keep the template and the consent, or say why not; either way a line in the audit trail."""
        self._face.check_span(self._look, self._issued)
        chosen, poses = enrolment_frames(self._look.observations, self._look.liveness.key_frames)
        detail, matcher, number = cues(self._look), self._face.matcher, self._issued.staff_number
        reason = alive(self._look.liveness) or (None if chosen else Reason.TOO_FEW_FRAMES)
        if reason is None:
            vectors = self._look.vectors(chosen)
            other = self._face.comparison.enrolled_as(vectors, number)
            if other is not None:
                reason, detail["other"] = Reason.BELONGS_TO_OTHER, other
            else:
                encoder, now = self._face.engine.encoder, matcher.clock.now()
                self._face.vault.put(
                    number, encoder.name, encoder.version, vectors, poses, now, self._consent
                )
        result = str(reason or Reason.ENROLLED)
        detail |= {"reason": result, "consent": self._consent, "terminal": self._issued.device}
        action = "face.enrolled" if reason is None else "face.enrolment-refused"
        matcher.audit.append(action, actor=number, subject=number, detail=detail)
        return {
            "accepted": reason is None,
            "reason": result,
            "frames": len(chosen) if reason is None else 0,
            "poses": poses,
            "timings": {"look": self._look.elapsed_ms},
        }


def cues(look: Look) -> Detail:
    """The numbers behind a verdict, for the audit trail; never a picture."""
    found = look.liveness.cues.items()
    return {k: round(v, 4) for k, v in list(found)[:MOST_CUES] if math.isfinite(v)}


def _spent() -> SuiteError:
    return SuiteError(
        _("顔を確かめられませんでした。"),
        _("この確認は期限が切れたか、すでに使われています。"),
        _("もう一度お試しください。"),
        "AUTH-024",
    )


def _in_vain(reason: Reason, code: str) -> SuiteError:
    return SuiteError(_("顔ではサインインできません。"), reason.sentence(), reason.next_step(), code)


def _only_with_colours() -> SuiteError:
    return SuiteError(
        _("顔ではサインインできません。"),
        _("この職場では、画面の色で本人を確かめる決まりです。色の変化は設定で止められています。"),
        _("暗証番号を使うか、「設定 → 表示と言語」で色の確認を許してください。"),
        "FACE-114",
    )


def _nobody() -> SuiteError:
    return SuiteError(
        _("顔だけではサインインできません。"),
        _("この端末では、だれと照合するかがまだ決まっていません。"),
        _("職員番号を入力してください。"),
        "FACE-111",
    )
