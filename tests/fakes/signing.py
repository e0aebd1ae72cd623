"""A signer with everything real but its clock; statements are made with the matcher's true key."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

from auth import policy
from auth.agent.certificate import SignInKey
from auth.matcher.statement import FOR_SIGNER, Statement, StatementSigner, StatementVerifier, new_id
from auth.model import Evidence, Factor, Person
from auth.register import SqlRegister, open_register
from auth.signer.accounts import RegisterAccounts
from auth.signer.api import request_of
from auth.signer.authority import Authorities
from auth.signer.certificate import Purpose
from auth.signer.log import open_log
from auth.signer.signer import Certified, Signer
from core.audit import AuditLog
from core.secrets import MemorySecrets
from core.settings import SecuritySettings
from tests.fakes.counted import CountedClock

TARO = Person("S-100", "職員 太郎")
ZONES = {"office": [["face"], ["pin"]], "number": [["face", "pin"], ["face", "totp"]]}


class Desk:
    """One office's signer. ``again()`` is the same office after a restart, or its second signer."""

    def __init__(self, folder: Path, database: str = "", zone: str = "office") -> None:
        self.folder, self.database = folder, database
        self.clock = CountedClock()
        self.secrets = MemorySecrets()
        self.rules = SecuritySettings(zones=ZONES, zone=zone)
        self.matcher = StatementSigner(bytes(range(32)))
        self.audit = AuditLog(folder / "signer-audit.db", self.secrets)
        self.register: SqlRegister = open_register(database, folder / "auth.db")
        if self.register.person(TARO.staff_number) is None:
            self.register.add_person(TARO)
        self.authorities = Authorities(folder / "ca", Purpose.LOGON, self.secrets, "Logon")
        self.signer = self.again()

    def again(self) -> Signer:
        self.log = open_log(self.database, self.folder / "issued.db")
        return Signer(
            StatementVerifier(self.matcher.public, self.clock),
            RegisterAccounts(self.register, "PREF.TEST"),
            self.log,
            self.authorities.signing,
            lambda: self.rules,
            self.audit,
            self.clock,
        )

    def statement(self, signed_for: SignInKey, **changes: Any) -> Statement:
        now = self.clock.time
        made = Statement(
            TARO.staff_number,
            (Evidence(Factor.FACE, now),),
            secrets.token_hex(32),
            "t1",
            self.rules.zone,
            True,
            "mobilefacenet",
            policy.version(self.rules.zones),
            now,
            signed_for.hash,
            new_id(),
        )
        return replace(made, **changes)

    def token(self, signed_for: SignInKey, audience: str = FOR_SIGNER, **changes: Any) -> str:
        return self.matcher.sign(self.statement(signed_for, **changes), audience)

    def issue(self, token: str, key: SignInKey, device: str = "t1") -> Certified:
        return self.signer.issue(token, request_of(key.request()), device)
