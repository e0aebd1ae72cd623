"""A server that cannot begin says why, and what to look at."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from auth.serve import Tls, serve
from core.errors import SuiteError
from tests.fakes.tls import certificate


async def nobody(_scope: object, _receive: object, _send: object) -> None:
    raise AssertionError("nobody asks")


def tls(folder: Path) -> Tls:
    whole = certificate(folder / "ca.pem")
    return Tls(whole, whole, folder / "ca.pem")


@pytest.mark.parametrize("port", [0, 70_000])
def test_an_address_that_cannot_be_had_is_named(tmp_path: Path, port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = port or other.getsockname()[1]
        with pytest.raises(SuiteError, match="SERVE-001") as refused:
            serve(nobody, ("127.0.0.1", taken), tls(tmp_path))
    assert str(taken) in refused.value.why


@pytest.mark.parametrize("damage", ["gone", "empty", "no-key"])
def test_a_certificate_that_cannot_be_read_is_said_before_anything_is_open(
    tmp_path: Path, damage: str
) -> None:
    files = tls(tmp_path)
    if damage == "gone":
        files.certificate.unlink()
    else:
        files.certificate.write_bytes(b"" if damage == "empty" else files.callers.read_bytes())
    with pytest.raises(SuiteError, match="SERVE-002"):
        serve(nobody, ("127.0.0.1", 0), files)
