"""The terminal's side of a sign-in by face: guide through the challenge, send the frames, hear the verdict.

What is decided here only guides; the matcher looks at the same frames and decides anew. Frames leave while
the person still moves, so that the verdict is there when the movement ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain
from queue import SimpleQueue
from typing import TypeVar

from auth import wire
from auth.agent.client import MatcherClient, Reply
from auth.agent.look import Look, Show, Stream
from auth.face.engine import FaceAnalyser
from auth.verdict import Reason
from core.jobs import Report

T = TypeVar("T")


class SignIn:
    """A look whose frames go to be matched. steady: the window's colours stay as they are."""

    def __init__(
        self, stream: Stream, analyser: FaceAnalyser, client: MatcherClient, *, steady: bool = False
    ) -> None:
        self._stream = stream
        self._analyser = analyser
        self._client = client
        self._steady = steady

    def run(
        self,
        staff_number: str | None,
        prior: str | None,
        show: Show,
        report: Report,
        key: Callable[[], str | None] = lambda: None,
    ) -> tuple[Reply, dict[str, float]]:
        """The matcher's reply and milliseconds: ``challenge`` as performed, ``verdict`` from the last frame
        on, ``total`` from the first usable face. (The matcher's own stages are in the reply.) ``key``: the
        hash of the key to be certified, asked for when it is sent."""
        look = Look(self._stream, self._analyser, show, report)
        look.wait_for_face()
        begin = time.monotonic()
        asked = self._client.challenge("sign-in", staff_number, steady=self._steady)
        reply, performed = send_while_made(
            lambda frames: self._client.match(asked, frames, prior, key()), look.perform(asked)
        )
        end = time.monotonic()
        if reply.reason is Reason.NOT_CONFIRMED and look.denied is not None:
            reply = replace(reply, reason=look.denied)  # the same refusal in better words
        return reply, {
            "challenge": (performed - begin) * 1000,
            "verdict": (end - performed) * 1000,
            "total": (end - begin) * 1000,
        }


def send_while_made(call: Callable[[Iterator[bytes]], T], frames: Iterator[wire.Picture]) -> tuple[T, float]:
    """The result of ``call``, which sends the frames on a thread of its own as they are made here, and the
    monotonic time of the last frame. Nothing is sent before there is a frame: until then the attempt costs
    no guess. If making them fails later, the body stays without its end and the attempt is unfinished."""
    made: SimpleQueue[bytes | None] = SimpleQueue()
    first = next(frames, None)
    with ThreadPoolExecutor(1, thread_name_prefix="sending") as pool:
        answer = pool.submit(call, iter(made.get, None))
        try:
            for picture in chain([first] if first else [], frames):
                made.put(wire.frame(picture))
                if answer.done():  # the matcher has stopped listening
                    break
            made.put(wire.END)
            last = time.monotonic()
        finally:
            made.put(None)
        return answer.result(), last
