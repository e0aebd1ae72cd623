"""The policy as the console edits it: who may, what is written where, and how it is taken back."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.audit import Detail
from core.config import Config
from core.errors import SuiteError
from core.files import read_bounded, write_atomically
from core.i18n import _
from core.policy import (
    KEYS,
    LAST_SIGNED,
    MAX_POLICY,
    SIGNING_KEY,
    PolicySigner,
    kept,
    source_beside,
    unbound,
    verified,
)
from core.policy_draft import Draft
from core.secrets import SecretStore, get_or_create

Tell = Callable[[str, str, str, Detail], None]
DAYS = 90  # how long a policy that is signed here is good


@dataclass(frozen=True)
class Saved:
    """``before``: what lay there (None: nothing), ``after``: what was written. ``version``: 0 where
    it was not signed."""

    path: Path
    before: bytes | None
    after: bytes
    version: int


class Policies:
    """``require`` gives the number of the IT person who may change it now, or raises (AUTH-031, or that a
    factor has to be shown first); ``read`` the auditor's too."""

    def __init__(
        self,
        path: Path,
        secrets: SecretStore,
        require: Callable[[], str],
        read: Callable[[], str],
        tell: Tell,
    ) -> None:
        self._path, self._secrets = path, secrets
        self._require, self._read, self._tell = require, read, tell

    def draft(self) -> Draft:
        """The policy that lies here, to be looked at or edited; empty where there is none. CONF-001."""
        self._read()
        content = unbound(_content(self._path) or b"")[0]
        return Draft(content.decode("utf-8", "replace"))

    def writable(self) -> bool:
        """Whether it is written on this terminal, by this account: a fetched one is signed elsewhere."""
        place = self._path if self._path.exists() else self._path.parent
        return source_beside(self._path) is None and os.access(place, os.W_OK)

    def save(self, draft: Draft, keys: Sequence[str], was: Draft) -> Saved:
        """Write this terminal's own policy; it counts from the next start. ``was``: what the draft was made
        from. CONF-001, -002, POL-020, POL-021 (somebody has changed it meanwhile: nothing is written)."""
        self._still(was)
        return self._write(self._path, draft.text.encode(), keys, sign=False)

    def publish(self, folder: Path, draft: Draft, keys: Sequence[str], was: Draft) -> Saved:
        """Write ``policy.toml``, its signature and the public key into ``folder``, under the next version."""
        self._still(was)
        return self._write(folder / "policy.toml", draft.text.encode(), keys, sign=True)

    def put_back(self, saved: Saved) -> None:
        """As it was before ``saved``; what was signed gets a new number, so that every terminal follows.
        POL-021 where somebody has changed it since."""
        self._require()
        if _content(saved.path) != saved.after:
            raise _changed_meanwhile()
        if saved.before is None:
            self._tell("policy.put-back", self._require(), "", {"file": saved.path.name, "version": 0})
            for name in (saved.path.name, saved.path.name + ".sig") if saved.version else (saved.path.name,):
                saved.path.with_name(name).unlink(missing_ok=True)
        else:
            self._write(saved.path, saved.before, (), sign=bool(saved.version), action="policy.put-back")

    def _write(
        self, path: Path, content: bytes, keys: Sequence[str], *, sign: bool, action: str = "policy.saved"
    ) -> Saved:
        actor = self._require()
        Config.check(content)
        before, version = _content(path), 0
        try:
            if sign:
                signer = PolicySigner(get_or_create(self._secrets, SIGNING_KEY, 32))
                write_atomically(path.with_name(KEYS), signer.public, 0o644)
                version = 1 + max(self._here(), self._offered(path, before), self._last_signed())
                self._secrets.set(LAST_SIGNED, str(version).encode())
                signature = signer.sign(content, version, time.time(), DAYS)
            write_atomically(path, content, 0o644)
            if sign:
                write_atomically(path.with_name(path.name + ".sig"), signature + b"\n", 0o644)
        except OSError as error:
            raise SuiteError(
                _("方針を保存できませんでした。"),
                _("「{name}」に書き込めません。").format(name=path.name),
                _("ディスクの空きと権限を確かめるか、別の場所を選んでください。"),
                "POL-020",
            ) from error
        named = ",".join(keys)
        self._tell(action, actor, "", {"settings": len(keys), "keys": named[:500], "version": version})
        return Saved(path, before, content, version)

    def _here(self) -> int:
        """The version that this terminal has fetched."""
        source = source_beside(self._path)
        return kept(self._path, source).version if source is not None else 0

    def _last_signed(self) -> int:
        """Wherever it was written to: an empty folder (a stick) knows of no number before."""
        said = self._secrets.get(LAST_SIGNED) or b"0"
        return int(said) if said.isdigit() else 0

    def _still(self, was: Draft) -> None:
        self._require()
        if self.draft().text != was.text:
            raise _changed_meanwhile()

    @staticmethod
    def _offered(path: Path, content: bytes | None) -> int:
        """The version that lies in the folder, if this key signed it."""
        signature = _content(path.with_name(path.name + ".sig"))
        if content is None or signature is None:
            return 0
        try:
            return verified(content, signature.strip(), path.with_name(KEYS)).version
        except SuiteError:
            return 0  # another office's, or damaged: it is replaced


def _changed_meanwhile() -> SuiteError:
    return SuiteError(
        _("方針を保存しませんでした。"),
        _("開いている間に、ほかの人が方針を変えました。"),
        _("読み直した内容と自分の変更を見比べて、もう一度行ってください。変更した項目は残っています。"),
        "POL-021",
    )


def _content(path: Path) -> bytes | None:
    try:
        return read_bounded(path, MAX_POLICY + 8192)
    except FileNotFoundError:
        return None
