"""From build to certificate through the facade, on folders."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import SuiteError
from core.events import Events
from core.secrets import MemorySecrets
from liaison import certificate
from liaison.borrowers import Borrower
from liaison.service import LiaisonService
from liaison.standing import Standing
from tests.unit.liaison.conftest import Quiet

SOMEONE = Borrower("髙﨑 一郎", "国土交通省")


def standing(service: LiaisonService, tag: str) -> Standing:
    return next(tile.standing for tile in service.tiles() if tile.tag == tag)


def test_the_whole_life_of_a_laptop(service: LiaisonService, quiet: Quiet) -> None:
    assert standing(service, "K01") is Standing.UNKNOWN
    with pytest.raises(SuiteError):
        service.lend("K01", SOMEONE)  # never looked at
    outcomes = service.prepare(["K01", "K02", "K03"], quiet)
    assert [o.ready for o in outcomes] == [True] * 3
    service.lend(service.office.label("K01"), SOMEONE)
    assert standing(service, "K01") is Standing.LENT
    home = service.folder / "lab/K01/home/guest"
    (home / "secret.txt").write_text("MARKER")
    service.give_back("K01")
    assert standing(service, "K01") is Standing.RETURNED
    signed = service.wipe("K01")
    assert list(home.iterdir()) == []
    assert certificate.genuine(signed.text, signed.signature, service.signer.public)
    assert not certificate.genuine(signed.text.replace("K01", "K02"), signed.signature, service.signer.public)
    assert json.loads(signed.text)["simulated"] is True
    assert standing(service, "K01") is Standing.UNKNOWN  # wiped is not yet ready
    service.prepare(["K01"], quiet)
    assert standing(service, "K01") is Standing.READY


def test_only_ready_counts(service: LiaisonService, quiet: Quiet) -> None:
    service.prepare(["K01", "K02", "K03"], quiet)
    service.lend("K02", SOMEONE, days=1)
    now = datetime.now(UTC)
    (service.folder / "lab/K03/etc/modprobe.d/mahoroba-usb.conf").write_text("x")
    service.prepare(["K03"], quiet, "check")
    found = {t.tag: t.standing for t in service.tiles(now)}
    assert found == {"K01": Standing.READY, "K02": Standing.LENT, "K03": Standing.ATTENTION}
    late = {t.tag: t.standing for t in service.tiles(now + timedelta(days=3))}
    assert late["K01"] is Standing.UNKNOWN  # the report is old
    assert late["K02"] is Standing.OVERDUE
    before = {t.tag: t.standing for t in service.tiles(now - timedelta(days=1))}
    assert before["K01"] is Standing.UNKNOWN  # a report from the future


def test_a_new_bundle_makes_the_old_reports_worthless(service: LiaisonService, quiet: Quiet) -> None:
    service.prepare(["K01"], quiet)
    path = next(p for p in service.workshop.profiles() if p.stem == "liaison")
    path.write_text(path.read_text().replace("version = 1", "version = 2").replace("2710", "2711"))
    assert [c[0] for c in service.workshop.preview(path)].count("changed") == 3
    service.workshop.build(path)
    assert standing(service, "K01") is Standing.UNKNOWN


def test_a_lent_laptop_is_not_wiped(service: LiaisonService, quiet: Quiet) -> None:
    service.prepare(["K01"], quiet)
    service.lend("K01", SOMEONE)
    home = service.folder / "lab/K01/home/guest"
    (home / "work.txt").write_text("still needed")
    with pytest.raises(SuiteError):
        service.wipe("K01")
    assert (home / "work.txt").exists()


def test_a_laptop_that_does_not_answer_stays_pending(service: LiaisonService, quiet: Quiet) -> None:
    service.prepare(["K01"], quiet)
    service.lend("K01", SOMEONE)
    service.give_back("K01")
    (service.folder / "lab/K01").rename(service.folder / "lab/away")
    with pytest.raises(SuiteError) as error:
        service.wipe("K01")
    assert error.value.code == "LIAISON-006"
    assert standing(service, "K01") is Standing.RETURNED


def test_two_services_exchange_their_ledgers(service: LiaisonService, tmp_path: Path, quiet: Quiet) -> None:
    other = LiaisonService(tmp_path / "other", MemorySecrets(), Events(), lambda: "K200", counter="B")
    with pytest.raises(SuiteError, match="信頼"):
        other.take_counter(service.export_counter())
    other.counters.trust(service.signer.allowed_signers())
    assert other.take_counter(service.export_counter()) == 3
    assert [tile.tag for tile in other.tiles()] == ["K01", "K02", "K03"]
    with pytest.raises(SuiteError):
        other.counters.trust("AAAA not a key")
