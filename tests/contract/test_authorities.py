"""What an authority promises wherever its key lies: sealed in a file, or in a PKCS#11 token (SoftHSM)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from auth.signer.authority import Authorities, Keys
from auth.signer.certificate import Account, Purpose, sign_in_certificate
from auth.signer.token import TokenKeys
from core.secrets import MemorySecrets
from tests.fakes.office import code_of

NOW = datetime(2026, 11, 25, tzinfo=UTC)
PIN, LABEL = "4711-0815", "mahoroba"
ROOT = Path(__file__).resolve().parents[2]
LOSES_ITS_SESSION = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from auth.signer.authority import Authorities
from auth.signer.certificate import Account, Purpose, sign_in_certificate
from auth.signer.token import TokenKeys
from core.secrets import MemorySecrets
from cryptography.hazmat.primitives.asymmetric import rsa
folder, module, label, pin = sys.argv[1:]
now, key = datetime(2026, 11, 25, tzinfo=UTC), rsa.generate_private_key(65537, 2048)
keys = TokenKeys(Path(module), label, pin)
authority = Authorities(Path(folder), Purpose.LOGON, MemorySecrets(), "Logon", keys).signing(now)
def sign():
    made = sign_in_certificate(authority, key.public_key(), Account("s-100", "PREF.TEST"), now)
    made.verify_directly_issued_by(authority.certificate)
sign()
keys._session.close()
sign()
print("signed, then signed again")
"""
MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


class AuthoritiesContract:
    """Subclasses give ``keys``: where the next generation's key is to lie."""

    @pytest.fixture
    def secrets(self) -> MemorySecrets:
        return MemorySecrets()

    def office(self, folder: Path, secrets: MemorySecrets, keys: Keys | None) -> Authorities:
        """As opened by a process that has just begun."""
        return Authorities(folder / "ca", Purpose.LOGON, secrets, "Logon", keys)

    def test_what_it_signs_is_good_under_its_certificate(
        self, tmp_path: Path, secrets: MemorySecrets, keys: Keys | None, key: rsa.RSAPrivateKey
    ) -> None:
        authority = self.office(tmp_path, secrets, keys).signing(NOW)
        made = sign_in_certificate(authority, key.public_key(), Account("s-100", "PREF.TEST"), NOW)
        made.verify_directly_issued_by(authority.certificate)
        authority.certificate.verify_directly_issued_by(authority.certificate)

    def test_it_is_the_same_after_a_restart(
        self, tmp_path: Path, secrets: MemorySecrets, keys: Keys | None, key: rsa.RSAPrivateKey
    ) -> None:
        before = self.office(tmp_path, secrets, keys).signing(NOW)
        after = self.office(tmp_path, secrets, keys).signing(NOW)
        assert before.certificate == after.certificate
        made = sign_in_certificate(after, key.public_key(), Account("s-100", "PREF.TEST"), NOW)
        made.verify_directly_issued_by(before.certificate)

    def test_the_next_generation_is_trusted_before_it_signs(
        self, tmp_path: Path, secrets: MemorySecrets, keys: Keys | None
    ) -> None:
        authorities = self.office(tmp_path, secrets, keys)
        first = authorities.signing(NOW).certificate
        second = authorities.rotate(NOW, begins=NOW + timedelta(days=30)).certificate
        assert authorities.anchors(NOW) == [first, second]
        assert authorities.signing(NOW).certificate == first
        assert authorities.signing(NOW + timedelta(days=31)).certificate == second

    def test_many_at_once_are_signed(
        self, tmp_path: Path, secrets: MemorySecrets, keys: Keys | None, key: rsa.RSAPrivateKey
    ) -> None:
        authority, start = self.office(tmp_path, secrets, keys).signing(NOW), threading.Barrier(8)

        def sign(number: int) -> x509.Certificate:
            start.wait()
            account = Account(f"s-{number}", "PREF.TEST")
            return sign_in_certificate(authority, key.public_key(), account, NOW)

        with ThreadPoolExecutor(8) as pool:
            for made in pool.map(sign, range(8)):
                made.verify_directly_issued_by(authority.certificate)

    def test_no_file_holds_the_key_in_the_clear(
        self, tmp_path: Path, secrets: MemorySecrets, keys: Keys | None
    ) -> None:
        authority = self.office(tmp_path, secrets, keys).signing(NOW)
        for file in (tmp_path / "ca").glob("ca-*"):
            content = file.read_bytes()
            assert b"PRIVATE" not in content
            assert file.stat().st_mode & 0o077 == 0
            try:
                secret = authority.key.private_numbers().d
            except TypeError:
                continue  # it cannot be had at all
            assert secret.to_bytes(384, "big").lstrip(b"\0") not in content

    def test_a_damaged_file_is_named(self, tmp_path: Path, secrets: MemorySecrets, keys: Keys | None) -> None:
        self.office(tmp_path, secrets, keys).signing(NOW)
        (file,) = (p for p in (tmp_path / "ca").iterdir() if p.suffix in (".sealed", ".token"))
        content = file.read_bytes()
        file.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:-1])
        assert code_of(lambda: self.office(tmp_path, secrets, keys).signing(NOW)) == "CA-001"


class TestSealed(AuthoritiesContract):
    @pytest.fixture
    def keys(self) -> Keys | None:
        return None


@pytest.fixture(scope="module")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A token of its own; a library is loaded once for a process, so one for all tests."""
    if not MODULE.exists() or shutil.which("softhsm2-util") is None:
        pytest.skip("no softhsm2 (installer/apt-test.txt)")
    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n", "utf-8")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    call = ["softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", "so-4711"]
    subprocess.run(call, check=True, capture_output=True, timeout=60)
    yield folder / "tokens"
    os.environ.pop("SOFTHSM2_CONF")
    if before is not None:
        os.environ["SOFTHSM2_CONF"] = before


class TestToken(AuthoritiesContract):
    @pytest.fixture
    def keys(self, softhsm: Path) -> Keys:
        return TokenKeys(MODULE, LABEL, PIN)

    def test_the_key_never_leaves_the_token_and_does_nothing_else(
        self, tmp_path: Path, secrets: MemorySecrets, keys: Keys
    ) -> None:
        key = self.office(tmp_path, secrets, keys).signing(NOW).key
        for call in (
            lambda: key.private_numbers(),
            lambda: key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
            lambda: key.decrypt(b"x" * 384, PKCS1v15()),
        ):
            with pytest.raises(TypeError):
                call()
        import pkcs11

        assert isinstance(keys, TokenKeys)
        own = key.look(keys._session)  # type: ignore[attr-defined]
        with pytest.raises(pkcs11.PKCS11Error):
            own[pkcs11.Attribute.PRIVATE_EXPONENT]

    def test_a_sealed_authority_goes_on_and_the_next_generation_lies_in_the_token(
        self, tmp_path: Path, secrets: MemorySecrets, keys: Keys
    ) -> None:
        first = self.office(tmp_path, secrets, None).signing(NOW).certificate
        moved = self.office(tmp_path, secrets, keys)
        assert moved.signing(NOW).certificate == first
        second = moved.rotate(NOW, begins=NOW + timedelta(days=1)).certificate
        assert moved.signing(NOW + timedelta(days=2)).certificate == second
        assert sorted(p.suffix for p in (tmp_path / "ca").glob("ca-*")) == [".sealed", ".token"]
        without = self.office(tmp_path, secrets, None)
        assert code_of(lambda: without.signing(NOW + timedelta(days=2))) == "CA-003"

    def test_a_wrong_pin_an_absent_token_library_or_key_is_said(
        self, tmp_path: Path, secrets: MemorySecrets, keys: Keys, softhsm: Path
    ) -> None:
        self.office(tmp_path, secrets, keys).signing(NOW)
        for other in (
            TokenKeys(MODULE, "another", PIN),
            TokenKeys(MODULE.with_name("none.so"), LABEL, PIN),
        ):
            assert code_of(lambda other=other: self.office(tmp_path, secrets, other).signing(NOW)) == "CA-004"

    def test_a_session_that_was_lost_is_opened_again(self, tmp_path: Path, softhsm: Path) -> None:
        """In a process of its own: there is one login a process, whichever session made it."""
        call = [sys.executable, "-c", LOSES_ITS_SESSION, str(tmp_path / "ca"), str(MODULE), LABEL, PIN]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(call, env=environment, capture_output=True, text=True, timeout=120, check=False)
        assert done.stdout == "signed, then signed again\n", done.stderr
        assert "the token is asked again" in done.stderr
