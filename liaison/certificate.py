"""The proof of a wipe: what was destroyed, what was not, by which method, how it was verified – signed.

Canonical JSON with a detached SSHSIG, so that it can be checked for years by ``ssh-keygen -Y verify`` alone.
It names the laptop and the loan, never the person.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.files import make_private_folder, write_atomically
from liaison.signing import CERTIFICATE, Signer, verify
from liaison.wipe import Wiped


@dataclass(frozen=True)
class Certificate:
    """``text`` is what is signed, byte for byte."""

    tag: str
    loan: str
    time: str
    wiped: Wiped
    text: str
    signature: str

    def save(self, folder: Path) -> Path:
        """Beside each other: NAME.json and NAME.json.sig."""
        name = f"{self.tag}-{self.time[:19].replace(':', '')}.json"
        path = make_private_folder(folder) / name
        write_atomically(path, self.text.encode())
        write_atomically(path.with_name(name + ".sig"), self.signature.encode())
        return path


def issue(tag: str, loan: str, wiped: Wiped, signer: Signer, simulated: bool) -> Certificate:
    """Sign what ``liaison.wipe`` found. ``simulated``: the laptop was a folder or namespace of the trial."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    content: dict[str, object] = {
        "kind": "mahoroba wipe certificate 1",
        "laptop": tag,
        "loan": loan,
        "time": now,
    }
    content |= {"simulated": simulated, "signer": signer.fingerprint}
    text = json.dumps(content | asdict(wiped), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return Certificate(tag, loan, now, wiped, text, signer.sign(text.encode(), CERTIFICATE))


def genuine(text: str, signature: str, public: bytes) -> bool:
    """Whether the office signed exactly this."""
    return verify(signature, text.encode(), CERTIFICATE, public)
