"""Where a sign-in's key comes from: made beside whatever else is going on, since making one takes a while."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

from auth.agent.certificate import SignerClient, SignInCertificate, SignInKey


class Certification:
    """Fresh keys, and the certificates that the signer at ``signer`` makes for them."""

    def __init__(self, signer: SignerClient) -> None:
        self._signer = signer
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="key")

    def fresh_key(self) -> Future[SignInKey]:
        """A key in the making; it is used once."""
        return self._maker.submit(SignInKey)

    def certificate(self, statement: str, key: Future[SignInKey]) -> SignInCertificate:
        return self._signer.certificate(statement, key.result())
