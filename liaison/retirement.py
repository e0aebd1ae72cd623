"""A laptop leaves for good: two people agree, its whole disk is cleared, the proof is signed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.i18n import _
from liaison import certificate, disk, errors
from liaison.certificate import Certificate
from liaison.disk import Disk, Progress
from liaison.history import Place
from liaison.ledger import Ledger
from liaison.signing import Signer

Witness = Callable[[str], str]
"""Shown what is to be destroyed, it answers who agrees: the staff number of an administrator who is here."""


def retire(
    ledger: Ledger, signer: Signer, folder: Path, tag: str, device: Path, witness: Witness, progress: Progress
) -> Certificate:
    """Clear ``device``, the disk of laptop ``tag``, once two people have agreed; the laptop is then retired.

    The ledger says who agreed before the first byte is written. SuiteError LIAISON-005, -006, -009; before
    both have agreed nothing was touched.
    """
    unit = ledger.state().units.get(tag)
    if unit is None or unit.place in (Place.LENT, Place.RETIRED):
        raise errors.wipe_refused(_("{tag} は手元にありません（台帳）。").format(tag=tag))
    found = disk.look(device)
    first, second = agreed(tag, found, witness)
    ledger.note(
        "erase-begun", tag, first, {"second": second, "disk": f"{found.model} {found.serial}".strip()[:120]}
    )
    wiped = disk.clear(found, progress)
    signed = certificate.issue(tag, "", wiped, signer, simulated=False)
    path = signed.save(folder)
    ledger.note("erased", tag, first, {"second": second, "certificate": path.name})
    return signed


def agreed(tag: str, found: Disk, witness: Witness) -> tuple[str, str]:
    """The two people who agree, each asked alone. SuiteError LIAISON-005 when they are one."""
    text = _("{tag} の記憶装置を全部消します。元に戻せません: {disk}").format(tag=tag, disk=found.words())
    first, second = (witness(f"{text}\n{which}") for which in (_("一人目"), _("二人目")))
    if not first or not second or first == second:
        raise errors.wipe_refused(_("記憶装置を全部消すには、別々の二人の確認がいります。"))
    return first, second
