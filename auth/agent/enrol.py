"""The terminal's side of enrolment: the same guided look, sent to become a template."""

from __future__ import annotations

import time

from auth.agent.client import MatcherClient
from auth.agent.look import Look, Show, Stream
from auth.agent.signin import send_while_made
from auth.face.engine import FaceAnalyser
from auth.model import EnrolOutcome
from auth.verdict import Reason, why
from core.jobs import Report


class Enrolment:
    """A look whose frames become the person's template, if they are alive, good and nobody else's."""

    def __init__(
        self, stream: Stream, analyser: FaceAnalyser, client: MatcherClient, *, steady: bool = False
    ) -> None:
        self._stream = stream
        self._analyser = analyser
        self._client = client
        self._steady = steady

    def run(self, consent_version: str, access: str, show: Show, report: Report) -> EnrolOutcome:
        """Enrol whoever ``access`` names. SuiteError AUTH-022 when the PIN must be entered again first."""
        look = Look(self._stream, self._analyser, show, report)
        look.wait_for_face()
        asked = self._client.challenge("enrol", None, access, steady=self._steady)
        begin = time.monotonic()
        answer, performed = send_while_made(
            lambda frames: self._client.enrol(asked, frames, consent_version, access), look.perform(asked)
        )
        reason = why(answer["reason"])
        if reason is Reason.NOT_CONFIRMED and look.denied is not None:
            reason = look.denied  # the same refusal in better words
        return EnrolOutcome(
            answer["accepted"] is True,
            str(reason),
            reason.sentence(),
            reason.next_step(),
            int(answer["frames"]),
            int(answer["poses"]),
            {"challenge": (performed - begin) * 1000, **answer["timings"]},
        )
