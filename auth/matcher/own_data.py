"""What a person may do with his own face data: see that it is there, take a copy, delete it."""

from __future__ import annotations

from typing import Any

from auth.matcher.matcher import Matcher
from auth.matcher.vault import Vault


class OwnData:
    """Every call names its caller by the access token of a sign-in; nobody reaches another's data here."""

    def __init__(self, matcher: Matcher, vault: Vault) -> None:
        self._matcher = matcher
        self._vault = vault

    def show(self, access: str, device: str) -> dict[str, Any]:
        """What is kept, without the vectors."""
        number = self._matcher.caller(access, device, fresh=False).subject
        register = self._matcher.register
        row = register.template(number)
        consent = register.consent(number) if row else None
        return {
            "staff_number": number,
            "pin_set": register.pin_hash(number) is not None,
            "template": None if row is None else row.described(),
            "consent": None if consent is None else {"version": consent[0], "time": consent[1]},
        }

    def export(self, access: str, device: str) -> dict[str, Any]:
        """All that is kept, vectors included, for the person alone."""
        number = self._matcher.caller(access, device, fresh=True).subject
        shown = self.show(access, device)
        row = self._matcher.register.template(number)
        if row is not None:
            shown["template"]["vectors"] = self._vault.open(row).tolist()
        self._matcher.audit.append("face.exported", actor=number, subject=number)
        return shown

    def delete(self, access: str, device: str) -> dict[str, Any]:
        """Delete template and consent; the person goes on with the PIN."""
        number = self._matcher.caller(access, device, fresh=True).subject
        deleted = self._matcher.register.delete_template(number)
        if deleted:
            self._matcher.audit.append("face.deleted", actor=number, subject=number)
        return {"deleted": deleted}
