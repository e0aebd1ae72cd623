"""The evidence that looks: challenge, match, enrol. The terminal sends frames and is told a verdict."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

from auth.face.challenge import STANDARD, draw
from auth.face.compare import MIN_COHORT, cohort_normalised, distance, make_template
from auth.face.encode import Vector
from auth.face.engine import FaceAnalyser
from auth.matcher.engines import STRANGER, Engine
from auth.matcher.look import Look, look, vector_of
from auth.matcher.matcher import Answer, Matcher
from auth.matcher.poses import enrolment_frames
from auth.matcher.store import IssuedChallenge
from auth.matcher.vault import Vault
from auth.model import Evidence, Factor, Person, check_staff_number
from auth.verdict import MatchEvidence, Reason, Verdict, alive, decide
from auth.wire import Picture
from core.errors import SuiteError
from core.i18n import _

MOST_CANDIDATES = 20
SPAN_LEAVE_S = 1.0
Detail = dict[str, str | int | float | bool]


class FaceMatcher:
    """Implements ``auth.matcher.api.Faces``. Loading the models may raise SuiteError FACE-0xx before."""

    def __init__(self, matcher: Matcher, vault: Vault, analyser: FaceAnalyser, engine: Engine) -> None:
        self._matcher = matcher
        self._vault = vault
        self._analyser = analyser
        self._encoder = engine.encoder
        self._thresholds = engine.thresholds

    def challenge(
        self, purpose: str, staff_number: str | None, device: str, access: str
    ) -> Mapping[str, Any]:
        """Draw a challenge, unless it is known already that the answer could not help. SuiteErrors:
        LOCK-001, FACE-110 (not enrolled), FACE-111 (nobody to compare with), AUTH-020..022 (enrolling)."""
        if purpose == "enrol":
            number = self._matcher.caller(access, device, fresh=True).subject
        else:
            number = check_staff_number(staff_number) if staff_number else ""
            if not self._candidates(number, device):
                raise _not_enrolled() if number else _nobody()
            self._matcher.lockouts.check(Factor.FACE, number or device, device)
        issued = self._matcher.challenge(purpose, number, device)
        return {
            "challenge_id": issued.nonce.hex(),
            "level": STANDARD.name,
            "expires_in": issued.expires - issued.issued,
        }

    def match(self, challenge_id: str, pictures: Sequence[Picture], device: str, prior: str | None) -> Answer:
        """The verdict on one submission, and the signed statement if it counts. Spends the challenge."""
        issued = self._spend(challenge_id, "sign-in", device)
        self._check_span(pictures, issued)
        earlier = self._matcher.earlier(prior, issued.staff_number, device)
        with self._matcher.lockouts.attempt(Factor.FACE, issued.staff_number or device, device) as attempt:
            seen = look(pictures, draw(issued.nonce), self._analyser, self._encoder)
            begin = time.perf_counter()
            person, verdict, detail = self._judge(seen, issued.staff_number, device)
            timings = {"look": seen.elapsed_ms, "match": (time.perf_counter() - begin) * 1000}
            counts = verdict.accepted or verdict.reason is Reason.SECOND_FACTOR_NEEDED
            if counts and person is not None:
                attempt.succeeded()
                evidence = Evidence(Factor.FACE, self._matcher.clock.now(), verdict.accepted, detail)
                return self._matcher.conclude(person, (*earlier, evidence), device, challenge_id, timings)
        return self._matcher.refuse(verdict.reason, Factor.FACE, issued.staff_number, device, detail, timings)

    def enrol(
        self, challenge_id: str, pictures: Sequence[Picture], device: str, access: str, consent: str
    ) -> Mapping[str, Any]:
        """Make and keep a template of a live face that is nobody else's. The former one stays until then."""
        issued = self._spend(challenge_id, "enrol", device)
        number = self._matcher.caller(access, device, fresh=True).subject
        if issued.staff_number != number:
            raise spent()
        self._check_span(pictures, issued)
        seen = look(pictures, draw(issued.nonce), self._analyser, self._encoder)
        chosen, poses = enrolment_frames(seen)
        reason, detail = alive(seen.liveness), _cues(seen)
        if reason is None and not chosen:
            reason = Reason.TOO_FEW_FRAMES
        vectors = [vector_of(seen, n, self._encoder) for n in chosen] if reason is None else []
        other = self._same_face(number, vectors) if vectors else None
        if other is not None:
            reason, detail["other"] = Reason.BELONGS_TO_OTHER, other
        if reason is None:
            encoder, now = self._encoder, self._matcher.clock.now()
            self._vault.put(number, encoder.name, encoder.version, vectors, poses, now, consent)
        action = "face.enrolled" if reason is None else "face.enrolment-refused"
        detail |= {"reason": str(reason or Reason.ENROLLED), "consent": consent, "terminal": device}
        self._matcher.audit.append(action, actor=number, subject=number, detail=detail)
        return {
            "accepted": reason is None,
            "reason": str(reason or Reason.ENROLLED),
            "frames": len(vectors),
            "poses": poses,
            "timings": {"look": seen.elapsed_ms},
        }

    def _judge(self, seen: Look, number: str, device: str) -> tuple[Person | None, Verdict, Detail]:
        detail = _cues(seen)
        if (reason := alive(seen.liveness)) is not None:  # nothing is compared for what is not alive
            return None, Verdict(False, reason), detail
        probe = [vector_of(seen, n, self._encoder) for n in seen.liveness.key_frames]
        person, match, reason = self._compare(probe, self._candidates(number, device))
        if reason is not None:
            return None, Verdict(False, reason), detail
        detail |= {"distance": round(match.distance, 4), "raw": round(match.raw, 4),
                   "probes": match.probes, "candidates": match.candidates}  # fmt: skip
        return person, decide(seen.liveness, match, self._thresholds), detail

    def _compare(
        self, vectors: Sequence[Vector], candidates: Sequence[Person]
    ) -> tuple[Person | None, MatchEvidence, Reason | None]:
        """The nearest of the candidates. Templates of another model are never compared."""
        nothing = MatchEvidence(math.inf, math.inf, len(vectors))
        if not vectors:
            return None, nothing, Reason.POOR_IMAGE
        metric = self._thresholds.metric
        probe = make_template(vectors, metric)
        scored: list[tuple[float, float, Person]] = []
        for person in candidates:
            row = self._matcher.register.template(person.staff_number)
            if row is None or (row.model, row.model_version) != (self._encoder.name, self._encoder.version):
                continue
            template = make_template(list(self._vault.open(row)), metric)
            raw = distance(template, probe, metric)
            scored.append((self._normalised(raw, template, probe, person.staff_number), raw, person))
        if not scored:
            return None, nothing, Reason.OTHER_MODEL if candidates else Reason.NOT_ENROLLED
        scored.sort(key=lambda s: s[0])
        best, raw, person = scored[0]
        rival = scored[1][0] if len(scored) > 1 else math.inf
        return person, MatchEvidence(best, raw, len(vectors), rival, len(scored)), None

    def _normalised(self, raw: float, template: Vector, probe: Vector, number: str) -> float:
        """``raw`` less what both have in common with everyone, on the scale of raw distances; ``raw`` itself
        while fewer than the configured number of other people (at least 30) are enrolled."""
        wanted = self._matcher.rules.face.cohort_size
        metric = self._thresholds.metric
        gallery = self._vault.gallery(self._encoder.name, self._encoder.version, metric)
        if not wanted or len(gallery.numbers) <= max(wanted, MIN_COHORT):
            return raw
        return cohort_normalised(raw, template, probe, gallery.without(number), metric) + STRANGER[metric]

    def _candidates(self, number: str, device: str) -> list[Person]:
        """Active people with a template: the one named, else those of this terminal and of their groups."""
        register = self._matcher.register
        if number:
            found = [p for p in [register.person(number)] if p is not None and p.active]
        else:
            last = register.last_people(device, MOST_CANDIDATES)
            groups = [p for g in sorted({p.group for p in last}) for p in register.group(g)]
            found = list({p.staff_number: p for p in (*last, *groups)}.values())
            if len(found) > MOST_CANDIDATES:
                raise _nobody()
        return [p for p in found if register.template(p.staff_number) is not None]

    def _same_face(self, number: str, vectors: Sequence[Vector]) -> str | None:
        """Another staff number under which this face is enrolled already."""
        metric = self._thresholds.metric
        gallery = self._vault.gallery(self._encoder.name, self._encoder.version, metric)
        mean = make_template(vectors, metric)
        found = [
            (distance(other, mean, metric), n)
            for n, other in zip(gallery.numbers, gallery.means, strict=True)
            if n != number
        ]
        nearest = min(found, default=(math.inf, ""))
        return nearest[1] if nearest[0] <= self._thresholds.alone else None

    def _spend(self, challenge_id: str, purpose: str, device: str) -> IssuedChallenge:
        try:
            nonce = bytes.fromhex(challenge_id)
        except ValueError:
            raise spent() from None
        issued = self._matcher.register.spend_challenge(nonce, device, self._matcher.clock.now())
        if issued is None or issued.purpose != purpose:
            raise spent()
        return issued

    def _check_span(self, pictures: Sequence[Picture], issued: IssuedChallenge) -> None:
        """Frames cannot span more time than has passed since the challenge was given out."""
        passed = self._matcher.clock.now() - issued.issued
        times = [p.time for p in pictures]
        if times and max(times) - min(times) > passed + SPAN_LEAVE_S:
            raise spent()


def _cues(seen: Look) -> Detail:
    """The numbers behind a verdict, for the audit trail; never a picture."""
    return {k: round(v, 4) for k, v in list(seen.liveness.cues.items())[:10] if math.isfinite(v)}


def spent() -> SuiteError:
    return SuiteError(
        _("顔を確かめられませんでした。"),
        _("この確認は期限が切れたか、すでに使われています。"),
        _("もう一度お試しください。"),
        "AUTH-024",
    )


def _not_enrolled() -> SuiteError:
    reason = Reason.NOT_ENROLLED
    return SuiteError(_("顔ではサインインできません。"), reason.sentence(), reason.next_step(), "FACE-110")


def _nobody() -> SuiteError:
    return SuiteError(
        _("顔だけではサインインできません。"),
        _("この端末では、だれと照合するかがまだ決まっていません。"),
        _("職員番号を入力してください。"),
        "FACE-111",
    )
