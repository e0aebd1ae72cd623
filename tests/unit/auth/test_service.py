"""The service with a PIN, through the whole in-process matcher: nothing under test is replaced."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from auth.model import Factor, Locked, Person, Role, SignedIn, SignedOut, Unlocked
from tests.fakes.office import CHIEF, OTHER_PIN, PIN, Office, code_of


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(tmp_path)
    assert office.service.create_first_administrator(CHIEF, PIN).accepted
    return office


def test_the_first_run_makes_an_administrator_and_only_one(tmp_path: Path) -> None:
    office = Office(tmp_path)
    service = office.service
    assert service.first_run
    outcome = service.create_first_administrator(CHIEF, PIN)
    assert outcome.accepted
    assert service.session is not None
    assert service.session.person.role is Role.IT
    assert service.session.factors == {Factor.PIN}
    assert not service.first_run
    assert code_of(lambda: service.create_first_administrator(Person("X-9", "別人"), PIN)) == "AUTH-004"
    assert office.actions() == ["person.first", "sign-in.accepted"]


def test_an_easy_pin_leaves_the_first_run_open(tmp_path: Path) -> None:
    service = Office(tmp_path).service
    assert code_of(lambda: service.create_first_administrator(CHIEF, "123456")) == "PIN-002"
    assert service.first_run


def test_the_pin_signs_in_after_a_restart(office: Office) -> None:
    service = office.start()
    assert service.session is None
    assert service.sign_in_pin("it-001", PIN).accepted, "typed small"
    assert service.last_people()[0].staff_number == "IT-001"


def test_a_wrong_pin_and_an_unknown_number_get_the_same_answer(office: Office) -> None:
    service = office.start()
    wrong, unknown = service.sign_in_pin("IT-001", OTHER_PIN), service.sign_in_pin("ZZ-999", OTHER_PIN)
    assert wrong == unknown
    assert not wrong.accepted
    assert service.session is None
    assert Factor.FACE in wrong.next_factors


def test_what_was_typed_as_a_number_is_not_written_down_unless_registered(office: Office) -> None:
    office.start().sign_in_pin("917358", "1")
    entry = office.audit.entries(limit=1)[0]
    assert (entry.action, entry.actor, entry.subject) == ("sign-in.refused", "unknown", "unknown")


def test_five_wrong_pins_make_the_right_one_wait_even_after_a_restart(office: Office) -> None:
    service = office.start()
    for _ in range(5):
        assert not service.sign_in_pin("IT-001", OTHER_PIN).accepted
    assert code_of(lambda: service.sign_in_pin("IT-001", PIN)) == "LOCK-001"
    assert code_of(lambda: office.start().sign_in_pin("IT-001", PIN)) == "LOCK-001"


def test_sign_out_and_lock_are_told_and_noted(office: Office) -> None:
    service = office.service
    service.lock("away")
    assert service.session is not None
    assert service.session.locked
    assert code_of(service.my_data) == "AUTH-033"
    assert code_of(service.administration.people) == "AUTH-031"
    assert not service.unlock_pin(OTHER_PIN).accepted
    assert service.session.locked
    assert service.unlock_pin(PIN).accepted
    assert not service.session.locked
    service.sign_out()
    assert service.session is None
    assert [type(e) for e in office.heard] == [SignedIn, Locked, Unlocked, SignedOut]
    assert office.actions()[-4:] == [
        "session.locked",
        "sign-in.refused",
        "sign-in.accepted",
        "session.closed",
    ]


@pytest.mark.parametrize("last", ["pin", "_certify"])
def test_who_signs_out_while_the_answer_is_on_its_way_stays_out(
    office: Office, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    """At a lock: the matcher, or the signer, is about to answer, and the person presses サインアウト."""
    service = office.service
    service.lock()
    owner = service._client if last == "pin" else service
    ask = getattr(owner, last)

    def late(*given: object) -> object:
        answer = ask(*given)
        service.sign_out()
        return answer

    monkeypatch.setattr(owner, last, late)
    assert code_of(lambda: service.unlock_pin(PIN)) == "AUTH-034"
    assert service.session is None
    assert isinstance(office.heard[-1], SignedOut)
    monkeypatch.undo()
    assert service.sign_in_pin("IT-001", PIN).accepted


def new_colleague(office: Office, number: str = "S-100", role: Role = Role.STAFF) -> str:
    """Register a person and return the start code."""
    office.service.administration.add(Person(number, "職員 太郎", "しょくいん", "土木部", role))
    return office.service.administration.issue_start_code(number).code


def test_a_start_code_sets_the_first_pin_once(office: Office) -> None:
    code = new_colleague(office)
    service = office.service
    service.sign_out()
    assert not service.sign_in_pin("S-100", OTHER_PIN).accepted, "no PIN yet"
    assert code_of(lambda: service.start("S-100", code, "111111")) == "PIN-002"
    assert service.start("S-100", code, OTHER_PIN).accepted, "an unacceptable PIN has not spent the code"
    service.sign_out()
    assert not service.start("S-100", code, PIN).accepted
    assert service.sign_in_pin("S-100", OTHER_PIN).accepted


def test_another_person_does_not_unlock_my_session(office: Office) -> None:
    code = new_colleague(office)
    service = office.service
    service.start("S-100", code, OTHER_PIN)
    assert service.session is not None
    assert service.session.person.staff_number == "S-100"
    service.lock()
    assert code_of(lambda: service.sign_in_pin("IT-001", PIN)) == "AUTH-035"
    assert service.session.locked


def break_glass_of_two(office: Office) -> str:
    """The second administrator gets the code that the first has asked for."""
    service = office.service
    assert service.administration.issue_break_glass("S-100") is None
    assert service.administration.issue_break_glass("S-100") is None, "asking twice is still one person"
    service.administration.add(Person("IT-002", "管理 次郎", role=Role.IT))
    start = service.administration.issue_start_code("IT-002").code
    service.start("IT-002", start, "551938")
    issued = service.administration.issue_break_glass("S-100")
    assert issued is not None
    assert service.administration.issue_break_glass("S-100") is None, "the first one's word is used up"
    service.sign_in_pin("IT-001", PIN)
    return issued.code


def test_break_glass_opens_once_and_only_for_its_person(office: Office) -> None:
    new_colleague(office)
    service = office.service
    code = break_glass_of_two(office)
    service.sign_out()
    assert not service.sign_in_break_glass("IT-001", code).accepted
    assert service.sign_in_break_glass("S-100", code).accepted
    assert service.session is not None
    assert service.session.factors == {Factor.BREAK_GLASS}
    service.sign_out()
    assert not service.sign_in_break_glass("S-100", code).accepted
    assert "code.break-glass.issued" in office.actions()


def test_a_deactivated_person_does_not_get_in(office: Office) -> None:
    code = new_colleague(office)
    service = office.service
    service.administration.set_active("S-100", False)
    service.sign_out()
    assert not service.start("S-100", code, OTHER_PIN).accepted
    assert service.session is None


def test_a_zone_of_two_factors_takes_no_pin_alone(tmp_path: Path) -> None:
    office = Office(tmp_path, '[security]\nzone = "番号利用事務系"\n')
    outcome = office.service.create_first_administrator(CHIEF, PIN)
    assert not outcome.accepted
    assert outcome.next_factors == (Factor.FACE,)
    assert office.service.session is None
    assert office.service.known == "IT-001"
    assert office.service.my_data().pin_set, "enough to reach one's own data and enrol"


def test_a_policy_nobody_can_satisfy_opens_nothing(tmp_path: Path) -> None:
    office = Office(tmp_path, '[security]\nzone = "gone"\n')
    assert code_of(lambda: office.service.create_first_administrator(CHIEF, PIN)) == "POLICY-001"
    assert office.service.session is None


def test_my_pin_is_changed_by_whoever_knows_the_old_one(office: Office) -> None:
    service = office.service
    assert code_of(lambda: service.change_pin(OTHER_PIN, "380462")) == "PIN-010"
    assert code_of(lambda: service.change_pin(PIN, "121212")) == "PIN-002"
    service.change_pin(PIN, "380462")
    service.sign_out()
    assert not service.sign_in_pin("IT-001", PIN).accepted
    assert service.sign_in_pin("IT-001", "380462").accepted


@pytest.mark.parametrize("role", [Role.STAFF, Role.AUDITOR])
def test_only_the_it_role_administers(office: Office, role: Role) -> None:
    code = new_colleague(office, role=role)
    service = office.service
    service.start("S-100", code, OTHER_PIN)
    admin = service.administration
    for forbidden in (
        admin.people,
        lambda: admin.add(Person("S-200", "新人")),
        lambda: admin.change(Person("S-100", "昇格", role=Role.IT), Person("S-100", "職員")),
        lambda: admin.set_active("IT-001", False),
        lambda: admin.unlock("IT-001"),
        lambda: admin.issue_start_code("IT-001"),
        lambda: admin.issue_break_glass("IT-001"),
        lambda: admin.import_csv(b""),
    ):
        assert code_of(forbidden) == "AUTH-031"


def test_the_auditor_reads_the_trail_and_the_staff_does_not(office: Office) -> None:
    for number, role, reads in (("S-100", Role.AUDITOR, True), ("S-200", Role.STAFF, False)):
        office.service.sign_in_pin("IT-001", PIN)
        office.service.start(number, new_colleague(office, number, role), OTHER_PIN)
        admin = office.service.administration
        if reads:
            assert admin.verify_audit().ok
        else:
            assert code_of(admin.verify_audit) == "AUTH-031"


def test_the_last_administrator_cannot_lock_himself_out(office: Office) -> None:
    admin = office.service.administration
    assert code_of(lambda: admin.set_active("IT-001", False)) == "AUTH-032"
    assert code_of(lambda: admin.change(Person("IT-001", "降格", role=Role.STAFF), CHIEF)) == "AUTH-032"


def test_unlocking_ends_a_persons_wait(office: Office) -> None:
    code = new_colleague(office)
    other = office.start()
    other.start("S-100", code, OTHER_PIN)
    other.sign_out()
    for _ in range(5):
        other.sign_in_pin("S-100", PIN)
    assert code_of(lambda: other.sign_in_pin("S-100", OTHER_PIN)) == "LOCK-001"
    assert other.sign_in_pin("IT-001", PIN).accepted
    other.administration.unlock("S-100")
    assert other.sign_in_pin("S-100", OTHER_PIN).accepted


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_people_come_from_a_csv_of_either_encoding(office: Office, encoding: str) -> None:
    text = """職員番号,氏名,ふりがな,所属
S-1001,髙橋 一,たかはし はじめ,総務課
IT-001,二重,,
??,だれか,,
,,,
ｓ-1002,佐藤 二,,税務課
"""
    report = office.service.administration.import_csv(text.encode(encoding))
    assert report.added == 2
    assert [p.split(" ")[0] for p in report.problems] == ["3", "4", "5"]
    assert [p.staff_number for p in office.service.administration.people("課") if p.role is Role.STAFF] == [
        "S-1001", "S-1002",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00", b"a,b\n1,2\n", b"x" * 5_000_001, "職員番号\n1".encode(), bytes(range(256))]
)
def test_no_csv_no_people(office: Office, data: bytes) -> None:
    assert code_of(lambda: office.service.administration.import_csv(data)) == "AUTH-030"
    assert len(office.service.administration.people()) == 1


def test_no_log_no_audit_row_and_no_table_holds_a_pin_a_code_or_in_the_trail_a_name(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    start = new_colleague(office)
    service = office.service
    glass = break_glass_of_two(office)
    first, second, wrong = "604827159306", "380462915527", "550061728394"  # too long to appear by chance
    service.start("S-100", start, first)
    service.change_pin(first, second)
    service.sign_in_pin("S-100", wrong)
    service.sign_in_break_glass("S-100", glass)
    secret = [first, second, wrong, start, glass, service._access]
    stored = b"".join(p.read_bytes() for p in office.paths.data.iterdir()).decode("latin-1")
    for each in (*secret, start.replace("-", ""), glass.replace("-", "")):
        assert each not in caplog.text
        assert each not in stored
    trail = b"".join(p.read_bytes() for p in office.paths.data.glob("audit.db*")).decode("utf-8", "ignore")
    for name in ("職員 太郎", "管理 花子"):
        assert name not in caplog.text
        assert name not in trail


def test_whoever_is_stopped_does_nothing_more_in_a_window_that_is_open(office: Office) -> None:
    """The case that stopping is for: an officer whose console is open meanwhile."""
    rogue, other = office.service, Person("IT-002", "情報 次郎", role=Role.IT)
    rogue.administration.add(other)
    code = rogue.administration.issue_start_code("IT-002").code
    colleague = office.start()
    assert colleague.start("IT-002", code, OTHER_PIN).accepted
    colleague.administration.suspend("IT-001")
    before = office.actions()
    assert code_of(lambda: rogue.administration.add(Person("IT-003", "別人", role=Role.IT))) == "AUTH-023"
    assert rogue.session is not None
    assert rogue.session.locked, "nothing of it stays on the screen"
    assert office.heard[-1] == Locked("IT-001", "stopped")
    assert office.actions() == [*before, "session.locked"]
    assert code_of(lambda: rogue.administration.set_active("IT-002", False)) == "AUTH-031"
    assert not rogue.unlock_pin(PIN).accepted
    assert colleague.administration.people("IT-003") == []


def test_asking_for_notices_locks_out_whoever_was_stopped(office: Office) -> None:
    """No console is needed: every window asks every few minutes."""
    service = office.service
    service._register.set_active("IT-001", False)
    assert code_of(service.bulletins) == "AUTH-023"
    assert service.session is not None
    assert service.session.locked


def test_a_role_taken_away_is_gone_at_once(office: Office) -> None:
    person = office.person("IT-001")
    assert person is not None
    office.service._register.change_person(replace(person, role=Role.STAFF), person)
    assert code_of(office.service.administration.people) == "AUTH-031"
    assert code_of(lambda: office.service.administration.export_audit(lambda: 0, "")) == "AUTH-031"


def test_an_open_form_ends_no_lock_and_saves_nothing_stale(office: Office) -> None:
    administration, read = office.service.administration, Person("S-100", "職員 太郎", section="税務課")
    administration.add(read)
    administration.suspend("S-100")
    assert code_of(lambda: administration.change(replace(read, section="会計課"), read)) == "AUTH-038"
    stopped = replace(read, active=False)
    administration.change(replace(stopped, section="会計課", active=True), stopped)
    assert office.person("S-100") == replace(stopped, section="会計課"), "a form never lets anybody in again"


def test_a_new_start_code_is_told_to_whoever_has_a_pin_and_noted_as_such(office: Office) -> None:
    administration = office.service.administration
    administration.add(Person("S-100", "職員 太郎"))
    first = administration.issue_start_code("S-100").code
    assert office.actions()[-1] == "code.start.issued"
    office.service.sign_out()
    assert office.service.start("S-100", first, OTHER_PIN).accepted
    assert office.service.bulletins() == []
    office.service.sign_out()
    office.service.sign_in_pin("IT-001", PIN)
    code = administration.issue_start_code("S-100").code
    assert office.actions()[-1] == "code.start.issued-anew"
    assert office.service.bulletins() == [], "only the person is told"
    assert administration.bulletins() == []
    office.service.sign_out()
    office.service.start("S-100", code, "582914")
    (told,) = office.service.bulletins()
    assert told.urgent
    assert "IT-001" in told.words
    office.service.read_bulletin(told.id)
    office.service.sign_out()
    office.service.sign_in_pin("IT-001", PIN)
    assert code_of(lambda: administration.withdraw_bulletin(told.id)) == "NEWS-002"
    assert code_of(lambda: office.service.read_bulletin(told.id)) == "NEWS-002", "another's"
