"""Whether a person may sign in now, and under which names a KDC knows him: asked anew for each certificate.

``RegisterAccounts`` reads the suite's own register; ``auth.signer.directory`` an Active Directory.
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
        """SuiteError ACC-00x for whoever is unknown, switched off, locked or past his end; DIR-00x without an
        answer."""
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
        if person is None:
            raise not_usable(_("この職員番号は登録されていません。"), "ACC-002")
        if not person.active:
            raise not_usable(_("この職員は現在利用できません。"), "ACC-001")
        return Account(staff_number.lower(), self._realm)


class EachInTurn:
    """Whoever is refused by one is refused; the names are the last one's."""

    def __init__(self, first: Accounts, *others: Accounts) -> None:
        self._all = (first, *others)

    def account(self, staff_number: str) -> Account:
        return [each.account(staff_number) for each in self._all][-1]


def not_usable(why: str, code: str) -> SuiteError:
    step = _("情報担当に確認してください。")
    return SuiteError(_("サインインできませんでした。"), why, step, code)
