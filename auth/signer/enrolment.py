"""How a terminal gets its certificate: once by a code that an administrator has issued for its name, later by
the certificate it has."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography import x509

from auth.codes import OneTimeCodes, Purpose
from auth.devices import Devices
from auth.lockout import Clock
from auth.matcher.ports import Trail
from auth.model import OneTimeCode
from auth.signer.authority import Authorities
from auth.signer.certificate import device_certificate, requested_key
from core.errors import SuiteError
from core.i18n import _


class Enrolment:
    """Issues codes to administrators and certificates to terminals."""

    def __init__(
        self, devices: Devices, codes: OneTimeCodes, authorities: Authorities, audit: Trail, clock: Clock
    ) -> None:
        self.devices = devices
        self.authorities = authorities
        self._codes = codes
        self._audit = audit
        self._clock = clock

    def issue_code(self, name: str, place: str, actor: str) -> OneTimeCode:
        """A code for the terminal ``name``; a day, once. A new one ends the former."""
        self.devices.expect(name, place)
        issued = self._codes.issue(Purpose.DEVICE, name, actor)
        self._audit.append("code.device.issued", actor=actor, detail={"terminal": name})
        return issued

    def enrol(self, name: str, code: str, csr: bytes) -> x509.Certificate:
        """The first certificate of a terminal. SuiteError DEV-005 (code), SIGN-002 (request; unspent)."""
        key = requested_key(csr)
        if not self._codes.spend(Purpose.DEVICE, name, code):
            raise _wrong_code()
        now = self._now()
        made = device_certificate(self.authorities.signing(now), key, name, now)
        self.devices.keep(name, made)
        return made

    def renew(self, name: str, csr: bytes) -> x509.Certificate:
        """The next certificate of a terminal that has shown its present one."""
        now = self._now()
        made = device_certificate(self.authorities.signing(now), requested_key(csr), name, now)
        self.devices.keep(name, made, renewed=True)
        return made

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), UTC)


def _wrong_code() -> SuiteError:
    return SuiteError(
        _("端末を登録できませんでした。"),
        _("端末の名前か登録コードが違うか、コードの期限が切れています。"),
        _("確かめて入力し直すか、情報担当に新しいコードを依頼してください。"),
        "DEV-005",
    )
