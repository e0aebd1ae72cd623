"""What the IT role does for people, and what the auditor reads. The role is checked here, not on a page."""

from __future__ import annotations

from collections.abc import Callable

from auth.bulletins import Bulletin, Bulletins
from auth.codes import OneTimeCodes, Purpose
from auth.devices import Device, Devices
from auth.lists import rows_of
from auth.lockout import Lockouts, Wait
from auth.matcher.store import Register
from auth.matcher.words import not_allowed
from auth.model import (
    BulletinsChanged,
    ImportReport,
    OneTimeCode,
    PeopleChanged,
    Person,
    Role,
    Session,
    check_person,
)
from auth.savings import Month, OfficeTimes
from auth.step_up import Action, StepUp
from auth.tokens_csv import import_tokens
from auth.totp import Tokens
from core.audit import AuditLog, AuditReport
from core.errors import SuiteError
from core.events import Events
from core.i18n import _

_COLUMNS = ("職員番号", "氏名", "ふりがな", "所属", "共用端末")


class Administration:
    """Each call acts as the person of the open, unlocked session, and leaves a line in the audit trail. What
    ``auth.step_up.Action`` names raises StepUpNeeded where the policy wants a further factor first."""

    def __init__(
        self,
        register: Register,
        lockouts: Lockouts,
        codes: OneTimeCodes,
        audit: AuditLog,
        events: Events,
        tokens: Tokens,
        devices: Devices,
        step_up: StepUp,
        times: OfficeTimes,
        bulletins: Bulletins,
        session: Callable[[], Session | None],
        stopped: Callable[[], object],
    ) -> None:
        """``stopped`` is called when the acting person turns out to have been stopped meanwhile."""
        self._register = register
        self._lockouts = lockouts
        self._codes = codes
        self._audit = audit
        self._events = events
        self._tokens = tokens
        self._devices = devices
        self._step_up = step_up
        self._times = times
        self._bulletins = bulletins
        self._session = session
        self._stopped = stopped

    def people(self, text: str = "", limit: int = 10_000) -> list[Person]:
        """Everyone whose number, name, kana or section holds ``text``, at most ``limit``."""
        self.require(Role.IT)
        return self._register.people(text[:100], limit)

    def active_people(self) -> int:
        """How many may sign in, however many they are."""
        self.require(Role.IT)
        return self._register.active_people()

    def add(self, person: Person) -> None:
        checked = check_person(person)
        actor = self._may(None if checked.role is Role.STAFF else Action.ROLE)
        self._register.add_person(checked)
        self._done(actor, "person.added", checked.staff_number)

    def change(self, person: Person, was: Person) -> None:
        """New name, section, role, group of whoever ``was`` so when they were read. Whether they are active
        is not changed here: a form that is open must not end what an incident has stopped. Nobody takes the
        IT role from himself: someone must keep it. SuiteError AUTH-038 when they have changed meanwhile."""
        checked = check_person(person)
        actor = self._may(None if was.role is checked.role else Action.ROLE)
        if checked.staff_number == actor and checked.role is not Role.IT:
            raise _not_yourself()
        self._register.change_person(checked, was)
        self._done(actor, "person.changed", checked.staff_number)

    def set_active(self, staff_number: str, active: bool) -> None:
        """Deactivating ends sign-ins at once and deletes the face; the row stays for the audit trail. Letting
        in again asks for the same factor: it may undo what an incident has stopped."""
        actor = self._may(Action.DEACTIVATE)
        if staff_number == actor:
            raise _not_yourself()
        self._register.set_active(staff_number, active)
        if not active and self._register.delete_template(staff_number):
            self._audit.append("face.deleted", actor=actor, subject=staff_number)
        self._done(actor, "person.activated" if active else "person.deactivated", staff_number)

    def suspend(self, staff_number: str, drill: bool = False) -> None:
        """In an incident: from the next request on this person is not heard anywhere. The face stays, as
        evidence and for the day it turns out to be nothing. A drill only looks whether it could be done."""
        actor = self._may(None if drill else Action.DEACTIVATE)
        if staff_number == actor:
            raise _not_yourself()
        self._existing(staff_number)
        if drill:
            return
        self._register.set_active(staff_number, False)
        self._done(actor, "person.suspended", staff_number)

    def unlock(self, staff_number: str) -> None:
        """End a person's waits after wrong guesses."""
        actor = self._may(Action.UNLOCK)
        self._existing(staff_number)
        self._lockouts.unlock(staff_number)
        self._done(actor, "person.unlocked", staff_number)

    def waits(self) -> list[Wait]:
        """Who and what is not heard now after wrong guesses, the longest first."""
        self.require(Role.IT)
        return self._lockouts.waits()

    def end_wait(self, wait: Wait) -> None:
        """End the waits of a terminal, or of a person (also of a number that nobody has)."""
        actor = self._may(Action.UNLOCK)
        if wait.terminal:
            self._lockouts.unlock_terminal(wait.terminal)
            self._audit.append("terminal.unlocked", actor=actor, subject=wait.terminal)
        else:
            self._lockouts.unlock(wait.staff_number)
            self._done(actor, "person.unlocked", wait.staff_number)

    def issue_start_code(self, staff_number: str) -> OneTimeCode:
        """A code with which the person sets the first, or a forgotten, PIN. Valid 7 days, once. Whoever has a
        PIN already is told, at any terminal for 30 days: with the code somebody else could become them."""
        actor = self._may(Action.START_CODE)
        self._existing(staff_number)
        anew = self._register.pin_hash(staff_number) is not None
        if anew:
            self._bulletins.tell(
                staff_number, _("あなたの開始コードが発行されました"), _of_code(actor), actor
            )
            self._events.publish(BulletinsChanged())
        issued = self._codes.issue(Purpose.START, staff_number, actor)
        action = "code.start.issued-anew" if anew else "code.start.issued"
        self._audit.append(action, actor=actor, subject=staff_number)
        return issued

    def issue_break_glass(self, staff_number: str) -> OneTimeCode | None:
        """A code for the day nothing else works; to be kept sealed. Valid 90 days, once. It takes two: None
        for the first administrator who asks, the code for the second who asks within a day."""
        actor = self._may(Action.BREAK_GLASS)
        self._existing(staff_number)
        issued = self._codes.issue_by_two(staff_number, actor)
        action = "code.break-glass.asked" if issued is None else "code.break-glass.issued"
        self._audit.append(action, actor=actor, subject=staff_number)
        return issued

    def import_tokens(self, data: bytes) -> ImportReport:
        """The old one-time-password tokens, each with its last day. SuiteError AUTH-030 for no such file."""
        actor = self._may(Action.TOKENS)
        report = import_tokens(data, self._tokens, self._register.person)
        detail = {"added": report.added, "problems": len(report.problems)}
        self._audit.append("totp.imported", actor=actor, detail=detail)
        return report

    def tokens_left(self) -> list[tuple[str, float]]:
        """Whose token still counts, and until when (seconds since the epoch), soonest first."""
        self.require(Role.IT, Role.AUDITOR)
        return self._tokens.left()

    def devices(self, text: str = "") -> list[Device]:
        """The enrolled terminals whose name or place holds ``text``."""
        self.require(Role.IT)
        return self._devices.all(text[:100])

    def enrolled_devices(self) -> list[str]:
        """The names of all terminals that are enrolled and not stopped, however many they are."""
        self.require(Role.IT)
        return self._devices.enrolled()

    def issue_device_code(self, name: str, place: str) -> OneTimeCode:
        """A code with which the terminal ``name`` enrols (anew). Valid a day, once."""
        actor = self._may(Action.DEVICE_CODE)
        self._devices.expect(name, place)
        issued = self._codes.issue(Purpose.DEVICE, name, actor)
        self._audit.append("code.device.issued", actor=actor, detail={"terminal": name})
        return issued

    def revoke_device(self, name: str, drill: bool = False) -> None:
        """A lost or stolen terminal: from its next request on it is not heard. SuiteError DEV-001 if there is
        none; a drill only looks for it."""
        actor = self.require(Role.IT)
        if drill:
            self._devices.look_for(name)
        else:
            self._devices.revoke(name, actor)

    def import_csv(self, data: bytes) -> ImportReport:
        """Add people from a CSV file (UTF-8 or Shift_JIS; columns 職員番号, 氏名, ふりがな, 所属, 共用端末).

        Lines that do not fit are named and left out; the rest is added. SuiteError AUTH-030 for no such file.
        """
        actor = self.require(Role.IT)
        added, problems = 0, []
        for line, row in enumerate(rows_of(data, _COLUMNS[:2]), start=2):
            try:
                number, name, kana, section, group = (row.get(column) or "" for column in _COLUMNS)
                person = Person(number, name, kana, section, group=group)
                self._register.add_person(check_person(person))
                added += 1
            except SuiteError as error:
                problems.append(_("{line} 行目: {why}").format(line=line, why=error.why))
        self._audit.append("people.imported", actor=actor, detail={"added": added, "problems": len(problems)})
        self._events.publish(PeopleChanged())
        return ImportReport(added, tuple(problems[:100]))

    def hours_saved(self, old_sign_in_s: float, old_services_s: float) -> list[Month]:
        """Of the whole office, by month, newest first."""
        self.require(Role.IT, Role.AUDITOR)
        return self._times.by_month(old_sign_in_s, old_services_s)

    def bulletins(self) -> list[Bulletin]:
        """Every notice that is kept, the newest first."""
        self.require(Role.IT)
        return self._bulletins.every()

    def write_bulletin(self, bulletin: Bulletin) -> None:
        """Tell everybody. SuiteError NEWS-001 for what cannot be shown."""
        actor = self.require(Role.IT)
        number = self._bulletins.write(bulletin, actor)
        detail = {"bulletin": number, "urgent": bulletin.urgent}
        self._audit.append("bulletin.written", actor=actor, detail=detail)
        self._events.publish(BulletinsChanged())

    def withdraw_bulletin(self, number: int, withdrawn: bool = True) -> None:
        """Take a notice back, or show it again. SuiteError NEWS-002."""
        actor = self.require(Role.IT)
        self._bulletins.withdraw(number, withdrawn)
        action = "bulletin.withdrawn" if withdrawn else "bulletin.shown-again"
        self._audit.append(action, actor=actor, detail={"bulletin": number})
        self._events.publish(BulletinsChanged())

    def export_audit(self, write: Callable[[], int], wish: str) -> None:
        """Let entries leave this program as a file: who may is asked before ``write`` makes it, and the trail
        says how many rows it wrote and what for (``wish``: words of the trail) before anybody has it."""
        actor, session = self.require(Role.IT, Role.AUDITOR), self._session()
        if session is not None:
            self._step_up.check(Action.AUDIT_EXPORT, session)
        rows = write()
        found = wish[:200] if rows else ""  # what is not in the trail may be a name
        self._audit.append("audit.exported", actor=actor, detail={"rows": rows, "filter": found})

    def export_people(self, write: Callable[[], int]) -> None:
        """Let people leave this program as a file; as ``export_audit``. The trail names nobody of them."""
        actor = self._may(Action.PEOPLE_EXPORT)
        self._audit.append("people.exported", actor=actor, detail={"rows": write()})

    def change_policy(self) -> str:
        """To be asked before the policy of terminals is written; the acting person's staff number."""
        return self._may(Action.POLICY)

    def verify_audit(self) -> AuditReport:
        """Whether the trail is as it was written. Reads all of it: run as a job."""
        self.require(Role.IT, Role.AUDITOR)
        return self._audit.verify()

    def require(self, *roles: Role) -> str:
        """The acting person's staff number, or SuiteError AUTH-031 without role or open session, AUTH-023
        (and the session is locked) when the register says that this person has been stopped: a session may
        have been open for hours, so what it remembers is not believed."""
        now = self._register.person(acting(self._session(), *roles))
        if now is None or not now.active:
            self._stopped()
            raise not_allowed()
        if now.role not in roles:
            raise _not_yours()
        return now.staff_number

    def _may(self, action: Action | None) -> str:
        """The acting person's staff number: of the IT role, and protected actions with a further factor."""
        actor, session = self.require(Role.IT), self._session()
        if action is not None and session is not None:
            self._step_up.check(action, session)
        return actor

    def _existing(self, staff_number: str) -> Person:
        person = self._register.person(staff_number)
        if person is None:
            raise SuiteError(
                _("この操作はできません。"),
                _("この職員番号は登録されていません。"),
                _("職員番号を確かめてください。"),
                "AUTH-005",
            )
        return person

    def _done(self, actor: str, action: str, staff_number: str) -> None:
        self._audit.append(action, actor=actor, subject=staff_number)
        self._events.publish(PeopleChanged(staff_number))


def acting(session: Session | None, *roles: Role) -> str:
    """Who acts in ``session``: the staff number, or SuiteError AUTH-031 without role or open session."""
    if session is None or session.locked or session.person.role not in roles:
        raise _not_yours()
    return session.person.staff_number


def _of_code(actor: str) -> str:
    return _(
        "情報担当（{actor}）が、あなたの暗証番号を決め直すための開始コードを発行しました。"
        "頼んでいないときは、だれかがあなたとして入ろうとしているおそれがあります。"
        "すぐに情報担当の責任者に知らせてください。"
    ).format(actor=actor)


def _not_yours() -> SuiteError:
    return SuiteError(
        _("この操作はできません。"),
        _("この操作に必要な権限がないか、サインインしていません。"),
        _("権限のある人がサインインして行ってください。"),
        "AUTH-031",
    )


def _not_yourself() -> SuiteError:
    return SuiteError(
        _("この変更はできません。"),
        _("自分自身の管理権限を外したり、利用を止めたりすることはできません。"),
        _("ほかの情報担当に依頼してください。"),
        "AUTH-032",
    )
