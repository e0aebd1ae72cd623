"""The office is out of reach: who may still work at a terminal, how long, and what becomes of it later."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from auth.face.actor import ActorCamera
from auth.face.actor_people import sample
from auth.face.attacks import CardCamera
from auth.model import Factor, OfficeAnswers, OfficeAway, Person, WithoutTickets
from core.clock import GuardedClock
from tests.fakes.away import CHEAP, Village, error_of
from tests.fakes.office import CONSENT, OTHER_PIN, PIN, REPORT

pytestmark = pytest.mark.timeout(400)
TARO = Person("S-100", "職員 太郎", "しょくいん たろう", "土木部")
HANA = Person("S-200", "職員 花", "しょくいん はな", "土木部")
DAY = 86_400.0


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """Taro has signed in here by PIN while the office answered, and has signed out."""
    made = Village(tmp_path)
    made.add(TARO, PIN)
    made.add(HANA, OTHER_PIN)
    sign_in_and_out(made, TARO, PIN)
    yield made
    made.close()


def sign_in_and_out(village: Village, person: Person, pin: str) -> None:
    assert village.service.sign_in_pin(person.staff_number, pin).accepted
    village.contact()
    village.service.sign_out()


def test_whoever_was_here_last_works_on_until_the_end_and_the_office_hears_of_it(village: Village) -> None:
    heard: list[object] = []
    for kind in (OfficeAway, OfficeAnswers, WithoutTickets):
        village.events.subscribe(kind, heard.append)
    village.line.cut = True
    outcome = village.service.sign_in_pin("S-100", PIN)
    assert outcome.accepted
    assert outcome.session is not None
    assert outcome.session.offline_until == pytest.approx(village.clock.time + 14 * DAY)
    assert outcome.session.factors == {Factor.PIN}
    assert village.service.office is not None
    assert village.service.office.away
    assert isinstance(heard[0], OfficeAway)
    assert outcome.notice is not None
    assert outcome.notice.code == "OFF-004", "no certificate, no tickets: local rights only"
    assert village.office_audit.entries(1, action="offline.sign-in.accepted") == []
    village.line.cut = False
    village.contact()
    assert isinstance(heard[-1], OfficeAnswers)
    (row,) = village.office_audit.entries(10, action="offline.sign-in.accepted")
    assert (row.subject, row.detail["terminal"], row.detail["factors"]) == ("S-100", "counter-1", "pin")
    assert village.audit.entries(10, action="offline.sign-in.accepted")[0].subject == "S-100"
    village.contact()
    assert len(village.office_audit.entries(10, action="offline.sign-in.accepted")) == 1, "heard once"
    village.service.lock()
    unlocked = village.service.sign_in_pin("S-100", PIN)
    assert unlocked.session is not None
    assert unlocked.session.offline_until is None, "the same program goes on at the office"


def test_a_face_is_judged_by_the_same_pieces_as_at_the_office(village: Village) -> None:
    service = village.service
    assert service.sign_in_pin("S-100", PIN).accepted
    village.enrol()
    village.contact()
    service.sign_out()
    village.line.cut = True
    outcome = village.look("S-100", 7)
    assert outcome.accepted, outcome
    assert outcome.session is not None
    assert outcome.session.offline_until is not None
    mine = service.my_data()
    assert (mine.person, mine.pin_set) == (TARO, True)
    assert mine.enrolled is not None
    assert mine.consent is not None
    for change in (service.delete_my_face, service.export_my_face):
        assert error_of(change).code == "OFF-003"
    assert error_of(lambda: service.enrol(CONSENT, lambda view: None, REPORT)).code == "OFF-003"
    service.sign_out()
    assert village.look(None, 9).staff_number == "S-100", "whoever looks, of the few people kept"
    service.sign_out()
    village.camera = CardCamera(seed=3)
    assert not service.sign_in_face("S-100", lambda view: None, REPORT).accepted
    village.camera = ActorCamera(seed=5, head=sample(3))
    stranger = village.tried(lambda: service.sign_in_face("S-100", lambda view: None, REPORT))
    assert stranger.reason == "not-matching"
    village.line.cut = False
    village.contact()
    rows = village.office_audit.entries(20)
    assert {r.detail["reason"] for r in rows if r.action == "offline.sign-in.refused"} >= {"not-matching"}
    assert any(r.action == "face.copied" and r.subject == "S-100" for r in rows), (
        "which terminals hold a copy"
    )


def test_whoever_never_was_here_is_told_so(village: Village) -> None:
    village.line.cut = True
    refused = error_of(lambda: village.service.sign_in_pin("S-200", OTHER_PIN))
    assert (refused.code, "控えがありません" in refused.why) == ("OFF-001", True)
    assert village.service.session is None


def test_a_copy_that_is_over_is_refused_in_its_own_words_and_gone(village: Village) -> None:
    village.line.cut = True
    village.clock.time += 14 * DAY
    refused = error_of(lambda: village.service.sign_in_pin("S-100", PIN))
    assert refused.code == "OFF-002"
    assert "期限が切れました" in refused.why
    village.contact()
    with sqlite3.connect(village.paths.data / "offline.db") as database:
        assert database.execute("SELECT sealed FROM kept WHERE name = 'S-100'").fetchall() == [(None,)]
    assert error_of(lambda: village.service.sign_in_pin("S-100", PIN)).code == "OFF-002"
    village.line.cut = False
    sign_in_and_out(village, TARO, PIN)
    village.line.cut = True
    assert village.service.sign_in_pin("S-100", PIN).accepted


def test_each_day_at_the_office_extends_it(village: Village) -> None:
    village.clock.time += 10 * DAY
    sign_in_and_out(village, TARO, PIN)
    village.line.cut = True
    village.clock.time += 10 * DAY
    assert village.service.sign_in_pin("S-100", PIN).accepted


def test_a_clock_set_back_revives_nothing(village: Village) -> None:
    """The terminal's clock never goes back; and a copy is no good before it was made."""
    village.line.cut = True
    village.clock.time -= 3600
    assert error_of(lambda: village.service.sign_in_pin("S-100", PIN)).code == "OFF-002"


def test_wrong_pins_are_counted_over_restarts_and_with_the_clock_set_back(village: Village) -> None:
    village.line.cut = True
    wall = [village.clock.time]
    guarded = GuardedClock(village.paths.state / "clock.json", lambda: wall[0], lambda: 0.0)
    village.clock.now = guarded.now  # type: ignore[method-assign]
    for _guess in range(5):
        assert not village.start().sign_in_pin("S-100", OTHER_PIN).accepted
        wall[0] -= 3600
    assert error_of(lambda: village.start().sign_in_pin("S-100", PIN)).code == "LOCK-001"
    village.line.cut = False
    village.contact()
    refused = village.office_audit.entries(10, action="offline.sign-in.refused")
    assert len(refused) == 5, "the office hears of each guess"


def test_deleting_the_counters_deletes_the_copies(village: Village) -> None:
    village.line.cut = True
    village.close()
    for name in ("offline.db", "offline.db-wal", "offline.db-shm"):
        (village.paths.data / name).unlink(missing_ok=True)
    assert error_of(lambda: village.start().sign_in_pin("S-100", PIN)).code == "OFF-001"


def test_a_person_disabled_at_the_office_vanishes_at_the_next_contact(village: Village) -> None:
    village.register.set_active(TARO.staff_number, False)
    village.contact()
    assert village.service.last_people() == []
    village.line.cut = True
    assert error_of(lambda: village.service.sign_in_pin("S-100", PIN)).code == "OFF-001"


def test_a_pin_changed_elsewhere_is_no_good_here_after_the_next_contact(village: Village) -> None:
    village.register.set_pin_hash("S-100", CHEAP.hash(OTHER_PIN, "S-100", 6))
    village.contact()
    village.line.cut = True
    for pin in (PIN, OTHER_PIN):
        assert village.service.sign_in_pin("S-100", pin).reason == "pin-wrong"


def test_a_revoked_terminal_keeps_nobody(village: Village) -> None:
    village.line.refusal = "DEV-002"
    village.contact()
    assert error_of(lambda: village.service.sign_in_pin("S-100", PIN)).code == "DEV-002"
    village.line.cut = True
    assert error_of(lambda: village.service.sign_in_pin("S-100", PIN)).code == "OFF-001"
    assert village.service.last_people() == []


def test_only_the_last_few_are_kept(tmp_path: Path) -> None:
    village = Village(tmp_path, terminal="[offline]\npeople = 1\n")
    village.add(TARO, PIN)
    village.add(HANA, OTHER_PIN)
    sign_in_and_out(village, TARO, PIN)
    village.clock.time += 60
    sign_in_and_out(village, HANA, OTHER_PIN)
    village.line.cut = True
    assert error_of(lambda: village.service.sign_in_pin("S-100", PIN)).code == "OFF-001"
    assert village.service.sign_in_pin("S-200", OTHER_PIN).accepted
    village.close()


@pytest.mark.parametrize(
    ("office", "terminal"), [("[offline]\ndays = 0\n", ""), ("", "[offline]\npeople = 0\n")]
)
def test_either_side_can_forbid_it(tmp_path: Path, office: str, terminal: str) -> None:
    village = Village(tmp_path, office, terminal)
    village.add(TARO, PIN)
    sign_in_and_out(village, TARO, PIN)
    assert "/v1/offline/mine" not in village.line.asked
    village.line.cut = True
    assert error_of(lambda: village.service.sign_in_pin("S-100", PIN)).code == "OFF-001"
    village.close()


def test_the_office_s_rules_hold_offline_too(tmp_path: Path) -> None:
    village = Village(tmp_path, '[security]\nzone = "番号利用事務系"\n')
    village.add(TARO, PIN)
    service = village.service
    assert not service.sign_in_pin("S-100", PIN).accepted
    village.enrol()
    assert village.look("S-100", 7).accepted
    village.contact()
    service.sign_out()
    village.line.cut = True
    partial = service.sign_in_pin("S-100", PIN)
    assert (partial.accepted, partial.reason) == (False, "second-factor-needed")
    assert village.look("S-100", 7).accepted
    assert service.session is not None
    assert service.session.zone == "番号利用事務系"
    village.close()


def test_half_a_sign_in_does_not_cross_the_cut(tmp_path: Path) -> None:
    """What this terminal saw alone is no evidence at the office, nor the other way round."""
    village = Village(tmp_path, '[security]\nzones = { "行政事務系" = [["pin", "totp"], ["face", "pin"]] }\n')
    village.add(TARO, PIN)
    assert not village.service.sign_in_pin("S-100", PIN).accepted
    village.enrol()
    assert village.look("S-100", 7).accepted
    village.contact()
    village.service.sign_out()
    village.line.cut = True
    assert village.service.sign_in_pin("S-100", PIN).reason == "second-factor-needed"
    village.line.cut = False
    village.contact()
    assert village.look("S-100", 7).reason == "second-factor-needed", "the office has seen a face only"
    village.close()


def test_a_line_cut_while_somebody_looks_is_told_and_the_next_look_goes_on_here(village: Village) -> None:
    assert village.service.sign_in_pin("S-100", PIN).accepted
    village.enrol()
    village.contact()
    village.service.sign_out()

    class Cutting(ActorCamera):
        """The cable goes when the challenge is under way."""

        def read(self) -> object:
            frame = super().read()
            village.line.cut = village.line.cut or frame.number > 20
            return frame

    village.camera = Cutting(seed=7)
    code = error_of(lambda: village.service.sign_in_face("S-100", lambda view: None, REPORT)).code
    assert code == "NET-001"
    assert village.service.session is None
    assert village.look("S-100", 7).accepted


def test_nothing_of_a_copy_can_be_read_without_the_secret_store(village: Village) -> None:
    assert village.service.sign_in_pin("S-100", PIN).accepted
    village.enrol()
    village.contact()
    stored = b"".join(p.read_bytes() for p in village.paths.data.glob("offline.db*"))
    for secret in (b"argon2", b"vectors", "太郎".encode(), b"mobilefacenet", b"threshold"):
        assert secret not in stored


def test_a_copy_moved_to_another_person_or_terminal_does_not_open(village: Village) -> None:
    village.line.cut = True
    with sqlite3.connect(village.paths.data / "offline.db") as database:
        database.execute("UPDATE kept SET name = 'S-200' WHERE name = 'S-100'")
    assert error_of(lambda: village.service.sign_in_pin("S-200", PIN)).code == "OFF-002"
    with sqlite3.connect(village.paths.data / "offline.db") as database:
        database.execute("UPDATE kept SET name = 'S-100' WHERE name = 'S-200'")
    assert village.service.sign_in_pin("S-100", PIN).accepted
    village.service.sign_out()
    village.device = "counter-2"
    assert error_of(lambda: village.start().sign_in_pin("S-100", PIN)).code == "OFF-002"


def test_an_end_written_later_into_the_file_extends_nothing(village: Village) -> None:
    village.line.cut = True
    with sqlite3.connect(village.paths.data / "offline.db") as database:
        database.execute("UPDATE kept SET until = until + 1e8 WHERE name = 'S-100'")
    village.clock.time += 14 * DAY
    assert error_of(lambda: village.service.sign_in_pin("S-100", PIN)).code == "OFF-002"


def test_a_template_of_an_older_consent_stays_at_the_office(village: Village) -> None:
    assert village.service.sign_in_pin("S-100", PIN).accepted
    village.enrol()
    with sqlite3.connect(village.paths.data.parent.parent / "office" / "data" / "auth.db") as database:
        database.execute("UPDATE consents SET version = '2026-11-2'")
    village.contact()
    village.service.sign_out()
    village.line.cut = True
    assert error_of(lambda: village.look("S-100", 7)).code == "FACE-110"
    assert village.service.sign_in_pin("S-100", PIN).accepted


def test_what_a_terminal_signs_for_itself_is_nothing_to_the_office(village: Village) -> None:
    village.line.cut = True
    village.service.sign_in_pin("S-100", PIN)
    access = village.service._access
    village.line.cut = False
    office = village.office._client
    assert error_of(lambda: office.own_data(access)).code == "AUTH-020"
    assert error_of(lambda: office.release(access)).code == "AUTH-020"


def test_a_terminal_reports_only_bounded_words_and_no_row_twice(village: Village) -> None:
    office = village.office._client
    good = {
        "id": 7,
        "time": village.clock.time,
        "action": "sign-in.accepted",
        "subject": "S-100",
        "detail": {"factors": "face+pin", "reason": "accepted", "distance": 0.2},
    }
    queue = "0" * 16
    assert office.report(queue, [good]) == 7
    assert office.report(queue, [good, {**good, "id": 6}]) == 7
    assert len(village.office_audit.entries(10, action="offline.sign-in.accepted")) == 1
    for lie in (
        {"action": "person.deactivated"},
        {"subject": "職員 太郎"},
        {"id": 0},
        {"id": True, "time": float("1e999")},
        {"detail": {"factors": "magic", "reason": "accepted"}},
        {"detail": {"factors": "face", "reason": "あ" * 64}},
        {"detail": None},
    ):
        body = {**good, "id": 99, **lie}
        if body["time"] == float("inf"):
            body["time"] = "inf"
        assert error_of(lambda row=body: office.report(queue, [row])).code == "WIRE-001"
    assert error_of(lambda: office.report("../" * 5, [good])).code == "WIRE-001"
    unknown = {**good, "id": 100, "subject": "ZZ-999"}
    assert office.report(queue, [unknown]) == 100
    assert village.office_audit.entries(1)[0].subject == "unknown"
