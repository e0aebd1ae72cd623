"""One whole sign-in by every way in: nothing secret of it in any log, nothing of use in a copied database."""

from __future__ import annotations

import base64
import json
import logging
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from auth.agent.certificate import SignInCertificate
from auth.face.actor import ActorCamera
from auth.model import Factor, Person
from core import log
from core.secrets import MemorySecrets
from tests.fakes.leaks import leaks
from tests.fakes.office import CHIEF, OTHER_PIN, PIN, Office, code_of

TARO = Person("S-100", "職員 太郎")
SEED = bytes(range(40, 60))
POLICY = """\
[servers]
realm = "PREF.TEST"
[security]
zone = "z"
zones = { z = [["face"], ["pin"], ["totp"]] }
"""


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Path]:
    """Everything that any part says, on every level, as the suite's own log file has it."""
    root, handlers, level = logging.getLogger(), list(logging.getLogger().handlers), logging.getLogger().level
    path = tmp_path / "all.log"
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(log.SafeFormatter())
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield path
    handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)


def spellings(secret: bytes) -> set[str]:
    """How a secret may be written down by mistake."""
    encoded = {base64.b64encode(secret), base64.urlsafe_b64encode(secret), base64.b32encode(secret)}
    return {
        secret.hex(),
        secret.hex().upper(),
        repr(secret)[2:-1],
        *(e.decode().rstrip("=") for e in encoded),
    }


def seeds_file() -> bytes:
    return f"職員番号,シード,期限\nIT-001,{SEED.hex()},2099-03-31\n".encode()


def typed_code(office: Office) -> str:
    from auth.totp import PERIOD_S, Token

    return Token(SEED).code(int(office.clock.time) // PERIOD_S)


def keys_of(secrets: MemorySecrets) -> list[bytes]:
    return list(secrets._values.values())


@pytest.mark.timeout(300)
def test_no_seed_pin_key_code_statement_or_vector_is_in_any_log(tmp_path: Path, written: Path) -> None:
    office = Office(tmp_path / "office", POLICY)
    auth = office.service
    assert auth.create_first_administrator(CHIEF, PIN).accepted
    assert office.enrol(ActorCamera(seed=1)) == "enrolled"
    auth.administration.add(TARO)
    assert auth.administration.import_tokens(seeds_file()).added == 1
    start = auth.administration.issue_start_code("S-100").code
    device = auth.administration.issue_device_code("T-1", "1F").code
    vectors = json.loads(auth.export_my_face())
    auth.sign_out()
    assert office.look("IT-001", ActorCamera(seed=1)).accepted
    auth.sign_out()
    typed = typed_code(office)
    assert auth.sign_in_totp("IT-001", typed).accepted
    auth.sign_out()
    assert not auth.sign_in_pin("IT-001", "604826").accepted
    assert auth.start("S-100", start, OTHER_PIN).accepted
    auth.sign_out()
    assert {Factor.FACE.value, Factor.TOTP.value} <= factors_in(office)

    said = written.read_text("utf-8") + "\n".join(str(entry) for entry in office.audit.entries(1000))
    assert len(said.splitlines()) > 10, "there is something to be searched"
    for text in (PIN, OTHER_PIN, "604826", typed):
        assert not re.search(rf"(?<![\w.]){text}(?![\w.])", said), text
    for code in (start, device):
        assert code not in said
        assert code.replace("-", "") not in said
    secrets = [SEED, *keys_of(office.secrets), *(private(c) for c in office.certificates)]
    for secret in secrets:
        for spelling in spellings(secret):
            assert spelling not in said
    for number in numbers_in(vectors):
        assert number not in said
    assert [line for line in said.splitlines() if leaks(line)] == []


def factors_in(office: Office) -> set[str]:
    return {str(e.detail.get("factors")) for e in office.audit.entries(1000)}


def private(certificate: SignInCertificate) -> bytes:
    number = certificate.key.private.private_numbers().d
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def numbers_in(exported: object) -> set[str]:
    """Numbers of a face's vectors as they might be written, long enough to be nobody else's."""
    text = json.dumps(exported)
    found = set(re.findall(r"-?0\.\d{6,}", text))
    assert len(found) > 100, "the export holds the vectors"
    return {number[:9] for number in found}


@pytest.mark.timeout(300)
def test_a_database_copied_to_another_server_lets_nobody_in_by_face(tmp_path: Path) -> None:
    office = Office(tmp_path / "here")
    assert office.service.create_first_administrator(CHIEF, PIN).accepted
    assert office.enrol(ActorCamera(seed=1)) == "enrolled"
    office.service.sign_out()
    assert office.look("IT-001", ActorCamera(seed=1)).accepted
    thief = Office(tmp_path / "there")
    for file in office.paths.data.glob("auth.db*"):
        shutil.copy2(file, thief.paths.data / file.name)
    thief.nonces.restart("there")
    thief.start()
    assert thief.person("IT-001") == office.person("IT-001"), "the table itself is there"
    assert code_of(lambda: thief.look("IT-001", ActorCamera(seed=1))) == "FACE-102"
    assert thief.service.session is None
