"""Whether a person may sign in now, and under which names a KDC knows him: asked anew for each certificate.

``RegisterAccounts`` reads the suite's own register; ``DirectoryAccounts`` an AD or another LDAP directory.
"""

from __future__ import annotations

from typing import Protocol

from auth.model import Person
from auth.signer.certificate import Account
from core.errors import SuiteError
from core.i18n import _


class Accounts(Protocol):
    """The truth about people."""

    def account(self, staff_number: str) -> Account:
        """SuiteError ACC-001 for whoever is unknown, disabled, locked or ended; DIR-001 without an answer."""
        ...


class People(Protocol):
    """What is needed of ``auth.register``."""

    def person(self, staff_number: str) -> Person | None: ...


class RegisterAccounts:
    """Staff numbers in small letters are the principals of ``realm``."""

    def __init__(self, people: People, realm: str) -> None:
        self._people = people
        self._realm = realm

    def account(self, staff_number: str) -> Account:
        person = self._people.person(staff_number)
        if person is None or not person.active:
            raise not_usable()
        return Account(staff_number.lower(), self._realm)


def not_usable() -> SuiteError:
    return SuiteError(
        _("サインインできませんでした。"),
        _("この職員は現在利用できません。"),
        _("情報担当に確認してください。"),
        "ACC-001",
    )
