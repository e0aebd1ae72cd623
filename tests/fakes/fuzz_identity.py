"""What reaches matcher, signer and terminal: statements, requests, certificates, frames, lists of people."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from datetime import UTC, datetime

from core.errors import SuiteError
from tests.fakes.fuzz import Target

NAMES = (
    "statement: token", "statement: claims", "terminal's certificate", "request for a certificate",
    "frames", "JSON of a request", "size of a JPEG", "notices from IT", "list of people", "list of tokens",
)  # fmt: skip
NOW = 1_790_000_000.0


class _Clock:
    def now(self) -> float:
        return NOW

    def monotonic(self) -> float:
        return NOW


class _Shelf:
    """Takes tokens as the store does, and forgets them."""

    def put(self, _staff_number: str, _token: object, _ends: float) -> None:
        return


def targets() -> Iterator[tuple[str, Target]]:
    """By name."""
    yield from _statements()
    yield from _certificates()
    yield from _requests()
    yield from _lists()


def _statements() -> Iterator[tuple[str, Target]]:
    from joserfc import jwt
    from joserfc.jwk import OKPKey

    from auth.matcher import statement
    from auth.model import Evidence, Factor

    signer = statement.StatementSigner(bytes(range(32)))
    verifier = statement.StatementVerifier(signer.public, _Clock())
    seen = statement.Statement(
        "K100234", (Evidence(Factor.FACE, NOW, True, {"distance": 0.2}),), "n" * 22, "T-1", "office", True,
        "m1", "p1", NOW, "0" * 64, "id",
    )  # fmt: skip
    token = signer.sign(seen, statement.FOR_SIGNER)
    key = OKPKey.import_key({**signer.public, "d": statement._b64(bytes(range(32)))})
    claims = json.dumps(jwt.decode(token, key, algorithms=["Ed25519"]).claims).encode()

    def verify(data: bytes) -> object:
        return verifier.verify(data.decode("utf-8", "replace"), statement.FOR_SIGNER, "T-1", "n" * 22)

    def signed(data: bytes) -> object:
        """Behind the signature: as if the matcher itself had gone wrong."""
        try:
            said = json.loads(data)
            made = jwt.encode({"alg": "Ed25519"}, said, key, algorithms=["Ed25519"])
        except (ValueError, TypeError, AttributeError, RecursionError):
            return None
        return verify(made.encode())

    yield "statement: token", Target([token.encode()], verify)
    yield "statement: claims", Target([claims], signed)


def _certificates() -> Iterator[tuple[str, Target]]:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding

    from auth.door import _certificate
    from auth.signer import api, certificate

    authority = certificate.make_authority(
        certificate.Purpose.DEVICE, "CA", datetime(2026, 1, 1, tzinfo=UTC),
        key=rsa.generate_private_key(65537, 2048),
    )  # fmt: skip
    key = rsa.generate_private_key(65537, 2048)
    device = certificate.device_certificate(
        authority, key.public_key(), "T-1", datetime(2026, 11, 26, tzinfo=UTC)
    )
    request = x509.CertificateSigningRequestBuilder().subject_name(device.subject).sign(key, SHA256())

    def named(data: bytes) -> object:
        return certificate.device_name(_certificate(data))

    def asked(data: bytes) -> object:
        return certificate.requested_key(api.request_of(data.decode("utf-8", "replace")))

    yield "terminal's certificate", Target([device.public_bytes(Encoding.DER)], named)
    yield (
        "request for a certificate",
        Target([request.public_bytes(Encoding.PEM)], asked),
    )


def _requests() -> Iterator[tuple[str, Target]]:
    from auth import bulletins, wire
    from auth.matcher.pictures import jpeg_size

    jpeg = b"\xff\xd8\xff\xe0" + struct.pack(">H", 4) + b"xx\xff\xc0" + struct.pack(">HBHH", 11, 8, 480, 640)
    body = wire.begin({"nonce": "n", "device": "T-1"}) + wire.frame(wire.Picture(1.0, jpeg)) + wire.END

    def frames(data: bytes) -> object:
        reader = wire.FrameReader()
        for start in range(0, len(data), 40):
            reader.feed(data[start : start + 40])
        reader.finish()
        return reader.head

    def fields(data: bytes) -> object:
        head = wire.parse_json(data)
        return wire.text_field(head, "statement"), wire.optional_text(head, "nonce")

    notice = {"id": 1, "title": "停電", "words": "土曜日", "begins": NOW, "ends": NOW + 60, "urgent": True}

    def notices(data: bytes) -> object:
        return bulletins.parsed(wire.parse_json(data))

    yield "frames", Target([body], frames)
    yield "JSON of a request", Target([b'{"statement": "x", "nonce": null, "n": [1, 2.5]}'], fields)
    yield "size of a JPEG", Target([jpeg], jpeg_size, ())
    listed = json.dumps({"bulletins": [notice]}).encode()
    yield "notices from IT", Target([listed], notices, (SuiteError, ValueError))


def _lists() -> Iterator[tuple[str, Target]]:
    from auth.lists import rows_of
    from auth.model import Person, Role
    from auth.tokens_csv import import_tokens

    people = "職員番号,氏名,ふりがな,所属,共用端末\nK100871,佐藤 健,さとう けん,道路建設課,\n"
    tokens = "職員番号,シード,期限,桁数,方式\nK100871,JBSWY3DPEHPK3PXP,R9.3.31,6,sha1\n"
    someone = Person("K100871", "佐藤 健", "さとう けん", "道路建設課", Role.STAFF)
    yield (
        "list of people",
        Target([people.encode(), people.encode("cp932")], lambda data: rows_of(data, ("職員番号",))),
    )
    yield (
        "list of tokens",
        Target(
            [tokens.encode(), tokens.encode("cp932")],
            lambda data: import_tokens(data, _Shelf(), lambda _number: someone),  # type: ignore[arg-type]
        ),
    )
