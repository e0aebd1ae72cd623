"""The matcher's program with recorded probes in place of what a camera would send: the frames of a sign-in
carry the vectors that image analysis would have made of them. All else is the program that an office runs.
The cost of the analysis left out here is a figure of its own (``benchmarks.sso_storm``)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from auth.devices import Devices
from auth.door import named_by_certificate
from auth.face.encode import Vector
from auth.face.engine import FaceAnalyser
from auth.face.evidence import Confirm, LivenessEvidence
from auth.house import House, address_of
from auth.matcher.api import create_app
from auth.matcher.build import build_matcher
from auth.matcher.engines import engine_of
from auth.matcher.face import FaceMatcher
from auth.matcher.look import Look
from auth.matcher.own_data import OwnData
from auth.matcher.store import IssuedChallenge
from auth.matcher.vault import Vault
from auth.serve import Tls, serve
from auth.wire import Picture
from core.secrets import get_or_create

PROBES = 5
BYTES = 4  # of a float32


class RecordedLook(Look):
    """The first ``PROBES`` pictures begin with a vector each; the rest only cost their way."""

    def __init__(self, dimensions: int) -> None:
        self.recorded: list[Vector] = []
        self.frames = []
        self.observations = []
        self.elapsed_ms = 0.0
        self._length = dimensions * BYTES

    def push(self, picture: Picture) -> None:
        if len(self.recorded) < PROBES:
            self.recorded.append(np.frombuffer(picture.jpeg[: self._length], "<f4"))

    @property
    def liveness(self) -> LivenessEvidence:
        confirmed = frozenset({Confirm.TURN})
        return LivenessEvidence(True, confirmed, confirmed, None, {"turn": 1.0}, tuple(range(PROBES)))

    @property
    def span(self) -> float:
        return 0.0

    def vectors(self, numbers: Sequence[int]) -> list[Vector]:
        return [self.recorded[n] for n in numbers]


class RecordedFaces(FaceMatcher):
    def _look(self, _issued: IssuedChallenge) -> Look:
        return RecordedLook(self.engine.encoder.dimensions)


def main(arguments: Sequence[str]) -> None:
    """``matcher serve --listen HOST:PORT --share-address --tls FOLDER``, as the program itself takes it."""
    _matcher, _serve, _listen, address, _share, _tls, folder = arguments
    house = House.open()
    register = house.register()
    built = build_matcher(house.config, house.secrets, house.audit, house.clock, register)
    vault = Vault(register, get_or_create(house.secrets, "template-key", 32))
    faces = RecordedFaces(built.matcher, vault, FaceAnalyser(), engine_of(house.config.face))
    caller = named_by_certificate(Devices(register.sql, house.audit, house.clock).check)
    app = create_app(built.matcher, OwnData(built.matcher, vault), lambda: faces, caller)
    at = Path(folder)
    serve(
        app, address_of(address), Tls(at / "server.pem", at / "server.key", at / "device-ca.pem"), shared=True
    )


if __name__ == "__main__":
    main(sys.argv[1:])
