"""The rest of what comes in broken or hostile: archives, ledger files, clocks; nothing is lost."""

from __future__ import annotations

import io
import sqlite3
import tarfile
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from core.audit import Entry
from core.errors import SuiteError
from core.events import Events
from core.secrets import MemorySecrets
from liaison import bundle
from liaison.borrowers import Borrower
from liaison.history import Place, events_of, fold
from liaison.ledger import Ledger
from liaison.service import LiaisonService
from tests.unit.liaison.conftest import Bench

NOW = datetime.now(UTC)


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        info = tarfile.TarInfo(name)
        info.type, info.linkname, info.size = kind, link, 0
        tar.addfile(info)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        member("../../etc/passwd"),
        member("/etc/passwd"),
        member("files/../plan"),
        member("plan", tarfile.SYMTYPE, "/etc/passwd"),
        member("plan.sig", tarfile.LNKTYPE, "plan"),
        member("agent.sh", tarfile.CHRTYPE),
        member("files/" + "a" * 64, tarfile.DIRTYPE),
        b"",
        b"\0" * 5000,
        b"PK\x03\x04 not a tar",
    ],
)
def test_a_bundle_with_traps_is_refused(bench: Bench, content: bytes) -> None:
    with pytest.raises(SuiteError) as error:
        bundle.read(content, bench.signer.public, NOW)
    assert error.value.code == "LIAISON-002"


def test_a_stick_is_unpacked_and_the_agent_takes_it(bench: Bench) -> None:
    folder = bench.build().unpack(bench.folder / "stick")
    assert bench.agent("apply", folder).last["ready"] is True
    (folder / "plan").unlink()
    (folder / "plan").symlink_to("/etc/passwd")
    assert bench.agent("apply", folder).last["refused"] == "no-plan"


@pytest.mark.parametrize("keep", [0.5, 0.1])
def test_a_ledger_file_cut_off_is_said_not_guessed(tmp_path: Path, keep: float) -> None:
    """What is left of a truncated file is never taken for the whole."""
    secrets = MemorySecrets()
    made = Ledger(tmp_path / "whole", secrets, "A")
    for number in range(1, 120):
        made.register(f"K{number:02d}", "K100234")
    path = tmp_path / "cut" / "ledger.db"
    path.parent.mkdir()
    with closing(sqlite3.connect(tmp_path / "whole/ledger.db")) as old, closing(sqlite3.connect(path)) as new:
        old.backup(new)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    try:
        report = Ledger(tmp_path / "cut", secrets, "A").verify()
    except SuiteError:
        return
    assert not report.ok


def test_a_clock_that_goes_back_does_not_turn_events_round() -> None:
    """Lent at nine, the clock is set back an hour, returned: the return still comes after."""
    loan = {"loan": "a1", "due": "2026-12-01", "accessories": "", "consent": True, "borrower": "x"}
    rows = [
        Entry(1, "2026-11-25T00:00:00+00:00", "liaison.register", "K1", "K01", {"model": ""}),
        Entry(2, "2026-11-25T09:00:00+00:00", "liaison.lend", "K1", "K01", loan),
        Entry(3, "2026-11-25T08:00:00+00:00", "liaison.return", "K1", "K01", {"loan": "a1", "missing": ""}),
    ]
    state = fold(events_of("A", rows))
    assert state.units["K01"].place is Place.RETURNED
    assert state.loans["a1"].back >= state.loans["a1"].since


def test_takasaki_of_a_very_long_office_borrows(tmp_path: Path) -> None:
    service = LiaisonService(tmp_path / "l", MemorySecrets(), Events(), lambda: "K100234")
    service.move_in_trial(1)
    service.prepare(["K01"], lambda *_words: None)
    loan = service.lend(service.office.label("K01"), Borrower("髙﨑 一郎", "国" * 120))
    assert loan.due > date(2026, 1, 1)
    assert service.ledger.borrower(loan.id) == Borrower("髙﨑 一郎", "国" * 120)
    with pytest.raises(SuiteError):
        Borrower("髙﨑 一郎", "国" * 121)
