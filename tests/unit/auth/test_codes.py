import threading
from typing import Any

from auth.codes import LIFETIME_S, OneTimeCodes, Purpose
from auth.register import SqliteRegister


def test_a_code_works_once_for_its_person_and_purpose(register: SqliteRegister, clock: Any) -> None:
    codes = OneTimeCodes(register, clock)
    issued = codes.issue(Purpose.BREAK_GLASS, "A1", "IT1")
    assert not codes.spend(Purpose.BREAK_GLASS, "B2", issued.code)
    assert not codes.spend(Purpose.START, "A1", issued.code)
    assert not codes.spend(Purpose.BREAK_GLASS, "A1", issued.code[:-1] + "?")
    assert codes.spend(Purpose.BREAK_GLASS, "A1", issued.code)
    assert not codes.spend(Purpose.BREAK_GLASS, "A1", issued.code)


def test_a_code_is_read_as_people_type_it(register: SqliteRegister, clock: Any) -> None:
    codes = OneTimeCodes(register, clock)
    issued = codes.issue(Purpose.START, "A1", "IT1").code
    typed = " " + issued.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert codes.spend(Purpose.START, "A1", typed)


def test_a_code_ends(register: SqliteRegister, clock: Any) -> None:
    codes = OneTimeCodes(register, clock)
    issued = codes.issue(Purpose.START, "A1", "IT1")
    clock.time += LIFETIME_S[Purpose.START] + 1
    assert not codes.spend(Purpose.START, "A1", issued.code)


def test_a_new_start_code_ends_the_lost_one(register: SqliteRegister, clock: Any) -> None:
    codes = OneTimeCodes(register, clock)
    lost, found = codes.issue(Purpose.START, "A1", "IT1"), codes.issue(Purpose.START, "A1", "IT1")
    assert not codes.spend(Purpose.START, "A1", lost.code)
    assert codes.spend(Purpose.START, "A1", found.code)


def test_two_who_enter_it_at_once_do_not_both_get_in(register: SqliteRegister, clock: Any) -> None:
    codes = OneTimeCodes(register, clock)
    issued = codes.issue(Purpose.BREAK_GLASS, "A1", "IT1")
    start, won = threading.Barrier(8), []

    def enter() -> None:
        start.wait()
        if codes.spend(Purpose.BREAK_GLASS, "A1", issued.code):
            won.append(1)

    threads = [threading.Thread(target=enter) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(won) == 1


def test_the_file_holds_no_code(register: SqliteRegister, clock: Any, tmp_path: Any) -> None:
    code = OneTimeCodes(register, clock).issue(Purpose.BREAK_GLASS, "A1", "IT1").code
    stored = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert b"A1" in stored
    assert code.replace("-", "").encode() not in stored
