"""Where a sign-in's key comes from: made beside whatever else is going on, since making one takes a while."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from auth.agent.certificate import SignerClient, SignInCertificate, SignInKey
from core.errors import SuiteError
from core.i18n import _
from core.secrets import SecretStore
from core.settings import TicketSettings

if TYPE_CHECKING:
    from auth.agent.tpm import TpmKeys


class Certification:
    """Fresh keys, and the certificates that the signer at ``signer`` makes for them. ``make``: a key in this
    process's memory, or one in the terminal's chip (``auth.agent.tpm``)."""

    def __init__(self, signer: SignerClient, make: Callable[[], SignInKey] = SignInKey) -> None:
        self._signer, self._make = signer, make
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="key")

    def fresh_key(self) -> Future[SignInKey]:
        """A key in the making; it is used once."""
        return self._maker.submit(self._make)

    def certificate(self, statement: str, key: Future[SignInKey]) -> SignInCertificate:
        return self._signer.certificate(statement, key.result())


def maker_of(settings: TicketSettings, folder: Path, secrets: SecretStore) -> Callable[[], SignInKey]:
    """Where the policy wants keys to be made; ``folder``: for what belongs to the chip."""
    if settings.key == "memory":
        return SignInKey

    def in_chip() -> SignInKey:
        return chip().fresh()

    @cache
    def chip() -> TpmKeys:
        try:
            from auth.agent.tpm import TpmKeys
        except ImportError as error:
            raise no_chip() from error
        return TpmKeys(folder, secrets)

    return in_chip


def no_chip() -> SuiteError:
    """Where keys are to be made in a chip that is not there: no tickets, and the work goes on."""
    return SuiteError(
        _("ネットワークのチケットを受け取れませんでした。"),
        _("この端末の TPM が応答しないか、tpm2-pkcs11 がありません。"),
        _("この端末での仕事は続けられます。情報担当に、TPM（tickets.key）を確かめるよう伝えてください。"),
        "TPM-001",
    )
