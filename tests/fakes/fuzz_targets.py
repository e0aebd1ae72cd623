"""Every parser of what comes from outside, with seeds of its own kind and the errors it promises."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from core.errors import SuiteError
from tests.fakes import fuzz_identity, fuzz_share
from tests.fakes.fuzz import Target

EVENT = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
    b"TZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:a@b\r\n"
    b"DTSTART;TZID=X:20261125T100000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=5\r\n"
    b"EXDATE;TZID=X:20261130T100000\r\nSUMMARY:\xe4\xbc\x9a\xe8\xad\xb0\\, 302\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n"
)
MULTISTATUS = (
    b'<?xml version="1.0"?><d:multistatus xmlns:d="DAV:"><d:response><d:href>/a.ics</d:href>'
    b'<d:propstat><d:prop><d:getetag>"1"</d:getetag></d:prop><d:status>HTTP/1.1 200 OK</d:status>'
    b"</d:propstat></d:response>"
    b"<d:sync-token>x</d:sync-token></d:multistatus>"
)
INVITATION = EVENT.replace(b"VERSION:2.0\r\n", b"VERSION:2.0\r\nMETHOD:REQUEST\r\n").replace(
    b"END:VEVENT",
    b"ORGANIZER;CN=A:mailto:a@pref.example\r\nATTENDEE;PARTSTAT=NEEDS-ACTION;CN=B:mailto:b@pref.example\r\n"
    b"SEQUENCE:1\r\nDTSTAMP:20261125T000000Z\r\nEND:VEVENT",
)
NAMES = (
    "ics: index", "ics: whole", "ics: plain", "ics: file", "schedule: csv", "schedule: organisation",
    "calendar server's answer", "invitation", "answer to an invitation",
    *fuzz_share.NAMES, *fuzz_identity.NAMES, "policy", "signature of a policy", "person's settings",
    "date in words", "audit trail", "backup manifest", "terminal report", "licences", "laptop profile",
    "laptop answer", "laptop bundle", "another counter's records", "scanned label", "drill plan",
    "network form", "leases",
)  # fmt: skip


def targets(folder: Path) -> dict[str, Target]:
    """By name. ``folder``: for the files that they read; a folder of its own each."""
    found = dict(_schedule())
    found |= dict(fuzz_share.targets(folder)) | dict(fuzz_identity.targets())
    found |= dict(_house(folder)) | dict(_laptops(folder))
    return found


def in_file(call: Callable[[Path], object], path: Path) -> Callable[[bytes], object]:
    """``call`` with the bytes as a file."""

    def run(data: bytes) -> object:
        path.write_bytes(data)
        return call(path)

    return run


def _schedule() -> Iterator[tuple[str, Target]]:
    from calendar_sync import files, ics, invitation, multistatus, organisation, quick, scan

    def answer(chunks: bytes) -> object:
        return list(multistatus.read([chunks[:50], chunks[50:]], multistatus.Tail()))

    table = (
        "件名,開始日,開始時刻,終了日,終了時刻,場所,メモ\n課内会議,2026/11/25,10:00,2026/11/25,11:00,302,\n"
    )
    units = "種別,番号,名前,部局,所属\n職員,K100234,山本 花子,総務部,情報政策課\n部屋,R302,302 会議室,,\n"
    yield "ics: index", Target([EVENT], scan.scan)
    yield "ics: whole", Target([EVENT], ics.calendar)
    yield "ics: plain", Target([EVENT], quick.values)
    yield "ics: file", Target([EVENT], lambda data: files.objects(data, []))
    yield "schedule: csv", Target([table.encode(), table.encode("cp932")], lambda d: files.drafts(d, 1, []))
    yield "schedule: organisation", Target([units.encode()], lambda data: organisation.read(data, []))
    yield "calendar server's answer", Target([MULTISTATUS], answer, (SuiteError, multistatus.Truncated))
    me = {"mailto:b@pref.example"}
    reply = INVITATION.replace(b"REQUEST", b"REPLY").replace(b"NEEDS-ACTION", b"ACCEPTED")
    yield "invitation", Target([INVITATION], lambda data: invitation.adopted(INVITATION, data, me))
    yield (
        "answer to an invitation",
        Target([reply], lambda data: invitation.taken(INVITATION, data, "mailto:b@pref.example")),
    )


def _house(folder: Path) -> Iterator[tuple[str, Target]]:
    from core import audit, wareki
    from core.config import Config
    from core.paths import Paths
    from core.policy import PolicySigner, bound, unbound, verified
    from core.secrets import MemorySecrets
    from office import licences
    from office.backup import manifest
    from office.terminals import Report, parse

    own = Paths(*(folder / name for name in ("data", "config", "cache", "state", "policy.toml")))
    own.config.mkdir()

    def person(data: bytes) -> object:
        own.policy.unlink(missing_ok=True)
        own.user_settings.write_bytes(data)
        loaded = Config.load(own)  # whatever a person's file says, the suite starts
        for aside in own.config.glob("*.broken-*"):
            aside.unlink()
        return loaded

    def policy(data: bytes) -> object:
        own.user_settings.unlink(missing_ok=True)
        own.policy.write_bytes(data)
        return Config.load(own)

    log = audit.AuditLog(folder / "seed.db", MemorySecrets())
    for number in range(3):
        log.append("person.added", actor="K100234", subject=f"K{number:06}", detail={"n": number})
    log._connections.get().conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    log._connections.close()
    settings = (
        '[appearance]\ntheme = "dark"\nscale = 1.5\n\n[camera]\nname = "Cam"\n\n[presence]\nseconds = 30\n'
    )
    decided = '[servers]\nrealm = "PREF.EXAMPLE.JP"\n\n[locked]\nby = "情報政策課"\nkeys = ["camera"]\n'
    report = Report("T-1", "Note", "Debian", "1", 1e9, ("Cam",), "ok", (), (("a", "1"),)).encoded()
    item = {"path": "data/a.db", "kind": "sqlite", "size": 3, "sha256": "0" * 64}
    listed = json.dumps({"format": 1, "created": "x", "items": [item], "rows": {"data/a.db:t": 1}}).encode()
    dates = [text.encode() for text in ("令和8年11月25日（水）", "R8.11.23", "2026/11/23", "昭和64年1月7日")]
    owned = "ソフトウェア,保有数\n表計算,300\n"
    yield "policy", Target([decided.encode(), settings.encode()], policy)
    signer, keys = PolicySigner(bytes(range(32))), folder / "policy-key.pem"
    keys.write_bytes(signer.public)
    signed = bound(decided.encode(), signer.sign(decided.encode(), 3, 1.79e9, 90))
    yield "signature of a policy", Target([signed], lambda data: verified(*unbound(data), keys))
    yield "person's settings", Target([settings.encode(), decided.encode()], person, ())
    yield "date in words", Target(dates, lambda data: wareki.parse_date(data.decode("utf-8", "replace")))
    yield (
        "audit trail",
        Target(
            [(folder / "seed.db").read_bytes()], in_file(lambda p: list(audit.read_copy(p)), folder / "a")
        ),
    )
    yield "backup manifest", Target([listed], manifest.parse, (ValueError, KeyError, TypeError))
    yield "terminal report", Target([report], lambda data: parse(data, 2e9), (ValueError,))
    yield "licences", Target([owned.encode(), owned.encode("cp932")], licences.parse)


class _Bundle:
    identity, plan, version = "0" * 64, "mahoroba\nprofile\tx\n", 1


def _laptops(folder: Path) -> Iterator[tuple[str, Target]]:
    from datetime import UTC, date, datetime

    from core.secrets import MemorySecrets
    from liaison import answer, bundle, drill_plan, merge, network, profile, signing, tags
    from liaison.ledger import Ledger

    source = Path(profile.__file__).parent
    signer = signing.Signer(MemorySecrets())
    first = sorted(source.glob("profiles/*.toml"))[0]
    made = bundle.build(profile.load(first), first, signer, date(2026, 11, 25)).tar
    ledger = Ledger(folder, MemorySecrets(), "A")
    counters = merge.Counters(folder / "others", ledger)
    counters.trust(signer.allowed_signers())
    exported = merge.export(ledger, signer)
    label = tags.Office("PREF13").label("K12").encode()
    drills = [path.read_bytes() for path in sorted(source.glob("drills/*.toml"))]
    lease = b"1790000000 aa:bb:cc:dd:ee:ff 10.0.0.2 note *\n"
    form = (
        'name = "本部"\nssid = "mahoroba"\npassword = "for-the-test-1"\nsubnet = "192.168.77.0/24"\n'.encode()
    )

    def read(data: bytes) -> object:
        return bundle.read(data, signer.public, datetime(2026, 11, 26, tzinfo=UTC))

    profiles = shutil.copytree(source / "profiles", folder / "profiles")
    seeds = [path.read_bytes() for path in sorted(profiles.glob("*.toml"))]
    yield "laptop profile", Target(seeds, in_file(profile.load, profiles / "input.toml"))
    yield (
        "laptop answer",
        Target([b'{"step":"a","state":"ok"}\n{"end":true}\n'],
               lambda data: answer.parse("T", data, data, 0, _Bundle())),
    )  # fmt: skip
    yield "laptop bundle", Target([made[:60_000] + bytes(1024), _small_bundle(signer)], read)
    yield "another counter's records", Target([exported], counters._checked)
    yield (
        "scanned label",
        Target([label, b"K12"], lambda data: tags.Office("PREF13").scanned(data.decode("utf-8", "replace"))),
    )
    yield "drill plan", Target(drills, in_file(drill_plan.load, folder / "drill.toml"))
    yield "network form", Target([form], in_file(lambda p: network.plan(network.load(p)), folder / "n.toml"))
    yield "leases", Target([lease], lambda data: network.leases(data.decode("utf-8", "replace")))


def _small_bundle(signer: object) -> bytes:
    """A whole bundle of a plan without resources: the shortest that is read to its end."""
    import hashlib

    from liaison import bundle, signing

    assert isinstance(signer, signing.Signer)
    agent = b"#!/bin/sh\n"
    head = ["mahoroba-plan\t1", "profile\tx", "version\t1", "expires\t1900000000"]
    plan = "\n".join([*head, f"agent\t{hashlib.sha256(agent).hexdigest()}", ""]).encode()
    signature = signer.sign(plan, signing.BUNDLE).encode()
    return bundle._tar({"plan": plan, "plan.sig": signature, "agent.sh": agent})
