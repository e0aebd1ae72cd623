"""What each ``mahoroba liaison`` verb does; 0: done and ready, 1: something is not ready."""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from core.clock import TOKYO
from core.files import read_bounded, write_atomically
from core.i18n import _
from liaison import ansible, errors, fleet, network, network_status, profile, windows
from liaison import bundle as bundles
from liaison.answer import Outcome
from liaison.bundle import Bundle
from liaison.laptop import Laptop
from liaison.merge import MAX_FILE
from liaison.reach import Host
from liaison.router import CaptivePage
from liaison.service import LiaisonService
from liaison.standing import TARGET, Standing

_EVERY_S = 30.0


def build(service: LiaisonService, options: argparse.Namespace) -> int:
    built = service.workshop.build(_profile(service, options.profile), options.issued)
    print(service.folder / "bundles" / built.name)
    return 0


def apply(service: LiaisonService, options: argparse.Namespace) -> int:
    """The registered laptops (their reports are kept), or the folders and hosts that were named."""
    named = [Laptop(path.name, root=path.absolute()) for path in options.root]
    named += [
        Laptop(host, host=host, identity=options.identity, known_hosts=options.known_hosts)
        for host in options.host
    ]
    if named:
        used = (
            service.workshop.current_bundle()
            if options.bundle is None
            else _from_stick(service, options.bundle)
        )
        signers = service.signer.allowed_signers()
        outcomes = fleet.run(options.verb, used, signers, named, int(time.time()), _say, options.wall)
    else:
        outcomes = service.prepare([tile.tag for tile in service.tiles()], lambda *_words: None, options.verb)
        for outcome in outcomes:
            _say(outcome)
    ready = sum(outcome.ready for outcome in outcomes)
    print(_("{ready} / {all} 台が準備済みです。").format(ready=ready, all=len(outcomes)))
    return 0 if ready == len(outcomes) and outcomes else 1


def _from_stick(service: LiaisonService, path: Path) -> Bundle:
    """A bundle file, if this office signed it and it has not expired."""
    try:
        content = read_bounded(path, bundles.MAX_BUNDLE + 1)
    except OSError as error:
        raise errors.bundle_refused(_("ファイル「{name}」を開けません。").format(name=path.name)) from error
    return bundles.read(content, service.signer.public, datetime.now(UTC))


def _say(outcome: Outcome) -> None:
    state = _("準備済み") if outcome.ready else outcome.reason
    print(f"{outcome.tag}\t{outcome.changed}\t{state}", flush=True)


def status(service: LiaisonService, options: argparse.Namespace) -> int:
    tiles = service.tiles()
    if options.json:
        count = {each.value: sum(tile.standing is each for tile in tiles) for each in Standing}
        print(json.dumps({"target": TARGET, "laptops": len(tiles)} | count))
        return 0
    for tile in tiles:
        print(f"{tile.tag}\t{tile.standing.value}\t{tile.reason}")
    ready = sum(tile.standing is Standing.READY for tile in tiles)
    print(_("{ready} / {all} 台が準備済みです。").format(ready=ready, all=len(tiles)))
    return 0


def verify(service: LiaisonService, _options: argparse.Namespace) -> int:
    report = service.ledger.verify()
    print(report.reason)
    return 0 if report.ok else 1


def key(service: LiaisonService, _options: argparse.Namespace) -> int:
    print(service.signer.fingerprint)
    print(service.signer.allowed_signers(), end="")
    return 0


def trust(service: LiaisonService, options: argparse.Namespace) -> int:
    service.counters.trust(options.key)
    return 0


def hand_over(service: LiaisonService, options: argparse.Namespace) -> int:
    options.file.write_bytes(service.export_counter())
    return 0


def take(service: LiaisonService, options: argparse.Namespace) -> int:
    new = service.take_counter(read_bounded(options.file, MAX_FILE + 1))
    print(_("{count} 件の新しい記録を受け取りました。").format(count=new))
    return 0


def network_files(options: argparse.Namespace) -> int:
    form = network.load(options.form)
    for path in network.write(form, options.folder):
        print(path)
    said = _("ファイルを確かめてから、ルーターにする端末へ運んでください。")
    print(network.wifi_code(form) if options.code else said)
    return 0


def router(options: argparse.Namespace) -> int:
    """On the router, as root: the guests' page, and the state written anew every half minute (or once)."""
    form = network.load(options.form)
    page = None if options.once else CaptivePage(form, str(network.plan(form).router))
    if page is not None:
        page.serve()
    try:
        while True:
            found = network_status.looks(form, options.leases, options.ntp)
            leases = options.leases.read_text("utf-8", "replace") if options.leases.exists() else ""
            text = network_status.status_page(form, found, leases, datetime.now(UTC))
            write_atomically(options.status, text.encode())
            if page is None:
                print(network_status.as_json(found))
                return 0 if all(each.state == "ok" for each in found) else 1
            time.sleep(_EVERY_S)
    finally:
        if page is not None:
            page.close()


def connected(options: argparse.Namespace) -> int:
    """Who has an address, and which address two devices claim (1 if there is one)."""
    for lease in network.leases(options.leases.read_text("utf-8", "replace")):
        until = datetime.fromtimestamp(lease.until, TOKYO)
        print(f"{lease.address}\t{lease.mac}\t{lease.name}\t{until:%H:%M}")
    text = options.neighbours.read_text("utf-8", "replace") if options.neighbours is not None else ""
    twice = network.duplicates(text)
    for address, macs in twice.items():
        words = _("{address} を 2 台以上が使っています: {macs}")
        print(words.format(address=address, macs=" ".join(sorted(macs))))
    return 1 if twice else 0


def register(service: LiaisonService, options: argparse.Namespace) -> int:
    """A real laptop; its line of known_hosts is read from a file whose fingerprint a person has compared."""
    known = options.known_key.read_text("utf-8")[:4000].strip() if options.known_key is not None else ""
    identity = str(options.identity.absolute()) if options.identity is not None else ""
    host = Host(host=options.host, port=options.port, user=options.user, identity=identity)
    service.register(service.scanned(options.tag), host, known, options.model)
    return 0


def wipe(service: LiaisonService, options: argparse.Namespace) -> int:
    signed = service.wipe(service.scanned(options.tag))
    print(signed.text, end="")
    return 0


def retire(service: LiaisonService, options: argparse.Namespace) -> int:
    """Two people agree, the whole disk is cleared, its certificate printed."""
    if options.witness is None:
        raise errors.wipe_refused(_("二人を確かめる手段がありません。"))
    signed = service.retire(service.scanned(options.tag), options.device, options.witness, _percent)
    print(signed.text, end="")
    return 0


def _percent(done: float, total: float | None, what: str) -> None:
    print(f"\r{what} {100 * done / total:5.1f} %" if total else "", end="", file=sys.stderr, flush=True)


def make_lab(service: LiaisonService, options: argparse.Namespace) -> int:
    service.make_lab(options.count)
    print(service.folder / "lab")
    return 0


def windows_files(service: LiaisonService, options: argparse.Namespace) -> int:
    """Generated, not executed: nobody has run these on a Windows machine here."""
    path = _profile(service, options.profile)
    for written in windows.write(profile.load(path), options.folder):
        print(written)
    print(windows.NOTICE)
    return 0


def playbook(service: LiaisonService, options: argparse.Namespace) -> int:
    """The bundle in force for sites with Ansible, with every laptop that there is a way to."""
    laptops = sorted(service.laptops().values(), key=lambda laptop: laptop.tag)
    signers = service.signer.allowed_signers()
    hosts = [laptop for laptop in laptops if laptop.root is None]
    print(ansible.export(service.workshop.current_bundle(), signers, hosts, options.folder))
    return 0


def stick(service: LiaisonService, options: argparse.Namespace) -> int:
    """The bundle in force on a USB stick, unpacked, with the one line that a person runs on the laptop."""
    made = service.workshop.current_bundle()
    folder = made.unpack(options.folder)
    print(folder)
    print(_("端末の上で: {line}").format(line=f"sh {folder.name}/agent.sh apply -k SIGNERS {folder.name}"))
    return 0


def _profile(service: LiaisonService, name: str) -> Path:
    return {path.stem: path for path in service.workshop.profiles()}.get(name, Path(name))
