"""This terminal towards the servers: its key and certificate, how it gets them, and the connection they make.

``folder`` holds ``device.key``, ``device.pem`` and ``device-ca.pem`` (whom to trust as a server).
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from auth.agent.certificate import SignInKey
from auth.agent.client import error_of
from core.errors import SuiteError
from core.files import make_private_folder, write_atomically
from core.i18n import _

TIMEOUT_S = 20.0


def connect(url: str, folder: Path) -> httpx.Client:
    """A client of the server at ``url`` that shows this terminal's certificate. SuiteError DEV-001."""
    trust = _trusting(folder)
    try:
        trust.load_cert_chain(folder / "device.pem", folder / "device.key")
    except (OSError, ssl.SSLError) as error:
        raise _not_enrolled() from error
    return httpx.Client(base_url=url, verify=trust, timeout=TIMEOUT_S, trust_env=False)


def enrol(signer: str, name: str, code: str, folder: Path) -> None:
    """Become the terminal ``name`` by a one-time code. The key never leaves ``folder``. SuiteErrors of the
    signer pass through; NET-002 without an answer."""
    make_private_folder(folder)
    key = SignInKey()
    with httpx.Client(base_url=signer, verify=_trusting(folder), timeout=TIMEOUT_S, trust_env=False) as http:
        head = {"name": name, "code": code, "request": key.request()}
        _keep(folder, key.private, _ask(http, "/v1/devices", head))


def renew(http: httpx.Client, folder: Path) -> None:
    """A new key and certificate for a terminal that still has a good one. ``http``: as from ``connect``."""
    key = SignInKey()
    _keep(folder, key.private, _ask(http, "/v1/devices/renew", {"request": key.request()}))


def _ask(http: httpx.Client, path: str, head: dict[str, str]) -> x509.Certificate:
    try:
        response = http.post(path, json=head)
        answer = response.json()
        if response.status_code != 200:
            raise error_of(answer) or _no_answer()
        return x509.load_pem_x509_certificate(answer["certificate"].encode())
    except (httpx.HTTPError, ValueError, KeyError, AttributeError) as error:
        raise _no_answer() from error


def _keep(folder: Path, key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> None:
    """Both in one file's rename each: a kill between the two is mended by enrolling or renewing again."""
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    if load_pem_private_key(pem, None).public_key() != certificate.public_key():
        raise _no_answer()
    write_atomically(folder / "device.key", pem)
    write_atomically(folder / "device.pem", certificate.public_bytes(Encoding.PEM))


def _trusting(folder: Path) -> ssl.SSLContext:
    try:
        trust = ssl.create_default_context(cafile=os.fspath(folder / "device-ca.pem"))
    except (OSError, ssl.SSLError) as error:
        raise _not_enrolled() from error
    trust.minimum_version = ssl.TLSVersion.TLSv1_3
    return trust


def _not_enrolled() -> SuiteError:
    return SuiteError(
        _("この端末を確かめられませんでした。"),
        _("この端末は登録されていません。"),
        _("情報担当に端末の登録を依頼してください。"),
        "DEV-001",
    )


def _no_answer() -> SuiteError:
    return SuiteError(
        _("端末を登録できませんでした。"),
        _("署名サーバーが応答しないか、答えを読み取れません。"),
        _("ネットワークを確かめ、もう一度お試しください。"),
        "NET-002",
    )
