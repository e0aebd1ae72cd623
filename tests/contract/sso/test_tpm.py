"""A sign-in's key in a TPM 2.0 (swtpm): a ticket comes of it in the realm, and the key cannot be had."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from auth.agent.certificate import InToken, SignInCertificate, SignInKey
from auth.agent.keys import maker_of
from auth.agent.ticket import KerberosCache
from auth.signer.certificate import Account, sign_in_certificate
from core import gss
from core.clock import TOKYO
from core.errors import SuiteError
from core.secrets import FileKeySecrets
from core.settings import TicketSettings
from installer.realm import certificates, directory
from installer.realm.layout import REALM, Layout
from tests.contract.sso.desk import through_the_proxy
from tests.fakes.loopback import free_pair

NUMBER = "K100305"
pytestmark = [pytest.mark.root, pytest.mark.long, pytest.mark.timeout(400)]
SCRIPT = """
import sys
from pathlib import Path
from auth.agent.keys import maker_of
from core.secrets import FileKeySecrets
from core.settings import TicketSettings
folder = Path(sys.argv[1])
key = maker_of(TicketSettings(key="tpm"), folder / "tpm", FileKeySecrets(folder / "secrets.json"))()
print(len(key.request()))
"""


def missing() -> str:
    try:
        import pkcs11  # noqa: F401
    except ImportError:
        return "no python-pkcs11"
    found = any(Path("/usr/lib").glob("*/libtpm2_pkcs11.so.1"))
    return "" if shutil.which("swtpm") and found else "no swtpm, or no tpm2-pkcs11"


@pytest.fixture(scope="module")
def chip() -> Iterator[str]:
    """A TPM of its own on loopback ports; its address for the library (TCTI)."""
    if reason := missing():
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="tpm-") as folder:
        port, control = free_pair()
        process = subprocess.Popen(
            ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={folder}",
             "--server", f"type=tcp,bindaddr=127.0.0.1,port={port}",
             "--ctrl", f"type=tcp,bindaddr=127.0.0.1,port={control}",
             "--flags", "not-need-init,startup-clear"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _wait(process, control)
            yield f"swtpm:host=127.0.0.1,port={port}"
        finally:
            process.terminate()
            process.wait(20)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("swtpm did not start")


@pytest.fixture
def make(chip: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], SignInKey]:
    monkeypatch.setenv("TPM2_PKCS11_TCTI", chip)
    monkeypatch.setenv("TPM2_PKCS11_STORE", str(tmp_path / "tpm"))
    return maker_of(TicketSettings(key="tpm"), tmp_path / "tpm", FileKeySecrets(tmp_path / "secrets.json"))


def certified(layout: Layout, key: SignInKey) -> SignInCertificate:
    """As the signer gives it."""
    now = datetime.now(TOKYO)
    account = Account(NUMBER.lower(), REALM, "", directory.sid(layout, NUMBER))
    made = sign_in_certificate(
        certificates.logon(layout).signing(now), key.private.public_key(), account, now
    )
    return SignInCertificate(NUMBER.lower(), REALM, made, key)


def test_a_key_that_never_leaves_the_chip_becomes_a_ticket(
    realm: Layout, make: Callable[[], SignInKey], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRB5_CONFIG", str(realm.krb5))
    cache = KerberosCache(tmp_path / "run")
    for _sign_in in range(2):
        key = make()
        assert "BEGIN CERTIFICATE REQUEST" in key.request()
        found = certified(realm, key)
        with pytest.raises(TypeError):
            found.pem()
        identity = found.identity()
        assert isinstance(identity, InToken)
        assert identity.pin not in repr(identity)
        cache.obtain(found.principal, identity)
        assert gss.principal_of(cache.path) == f"{NUMBER.lower()}@{REALM}"
        assert through_the_proxy(realm, cache.path) == 200
    cache.destroy()
    wrong = InToken(identity.place, "0" * 32)
    with pytest.raises(SuiteError, match="TICKET-002"):
        cache.obtain(found.principal, wrong)
    assert not cache.path.exists()


def test_a_terminal_without_a_chip_says_so(tmp_path: Path) -> None:
    """In a process of its own: the library keeps the first chip that it has found."""
    if reason := missing():
        pytest.skip(reason)
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path), "HOME": str(tmp_path),
                   "TPM2_PKCS11_TCTI": "swtpm:host=127.0.0.1,port=1"}  # fmt: skip
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path)], env=environment, capture_output=True,
                          text=True, timeout=120, check=False)  # fmt: skip
    assert done.returncode != 0
    assert "TPM-001" in done.stderr, done.stderr
