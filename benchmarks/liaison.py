"""Liaison laptops: preparing 50 and 200 over SSH, drift, drops, wiping, lending, labels.

The simulated laptops are overlay roots in network namespaces with an sshd each, on this machine: its cores do
the preparer's work and that of all the laptops. Without root these figures are left out, with a word.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.record import Record
from core.events import Events
from core.secrets import MemorySecrets
from liaison import bundle, fleet, profile
from liaison.answer import Outcome
from liaison.bundle import Bundle
from liaison.descent import mark_guest_root
from liaison.lab_network import NetworkLab, missing, network_lab
from liaison.laptop import Laptop
from liaison.ledger import Borrower
from liaison.service import SHIPPED, LiaisonService
from liaison.signing import Signer
from liaison.wipe import wipe_folder

MARKER = b"MAHOROBA-BENCH-MARKER"
USB = "etc/modprobe.d/mahoroba-usb.conf"


class _Preparer:
    def __init__(self) -> None:
        self.signer = Signer(MemorySecrets())
        path = SHIPPED / "liaison.toml"
        self.bundle: Bundle = bundle.build(profile.load(path), path, self.signer, datetime.now(UTC).date())

    def run(self, laptops: list[Laptop], verb: str = "apply") -> tuple[float, list[Outcome]]:
        begin = time.monotonic()
        signers = self.signer.allowed_signers()
        found = fleet.run(verb, self.bundle, signers, laptops, int(time.time()), wall=120)
        return time.monotonic() - begin, found


def records() -> Iterator[Record]:
    """The figures, each with what was counted."""
    if why := missing():
        print(f"  left out: {why}", file=sys.stderr)
    else:
        yield from _fifty()
        yield from _two_hundred()
    yield from _wiping()
    yield from _hand_outs()
    yield from _labels()


def _fifty() -> Iterator[Record]:
    preparer = _Preparer()
    with network_lab(50) as lab:
        first, out = preparer.run(lab.laptops)
        ready = sum(o.ready for o in out)
        yield Record(
            "50 laptops, first run", first, "s", "≤ 15", first <= 15 and ready == 50, n=f"{ready} ready"
        )
        second, out = preparer.run(lab.laptops)
        changed, ready = sum(o.changed for o in out), sum(o.ready for o in out)
        held = second <= 15 and changed == 0 and ready == 50
        yield Record("50 laptops, second run", second, "s", "≤ 15, 0 changes", held, n=f"{changed} changes")
        yield from _drift(lab, preparer)
        yield from _drops(lab, preparer)


def _drift(lab: NetworkLab, preparer: _Preparer) -> Iterator[Record]:
    """Seven kinds, two laptops each; the rest must stay ready."""
    chosen = random.Random(6).sample([laptop.tag for laptop in lab.laptops], 14)
    for number, tag in enumerate(chosen):
        _seed(lab.root(tag), number % 7)
    took, out = preparer.run(lab.laptops, "check")
    named = {o.tag for o in out if not o.ready}
    found, false = len(named & set(chosen)), len(named - set(chosen))
    held = found == len(chosen) and not false and took <= 20
    yield Record(
        "seeded drift on 50: found",
        100 * found / len(chosen),
        "%",
        "100, 0 false, ≤ 20 s",
        held,
        n=f"{found} of {len(chosen)}, {false} false, {took:.1f} s",
    )
    for tag in chosen:
        passwd = lab.root(tag) / "etc/passwd"
        passwd.write_text(
            "".join(r for r in passwd.read_text().splitlines(True) if not r.startswith("mallory"))
        )
        passwd.chmod(0o644)
        (lab.root(tag) / "var/lib/mahoroba-liaison/state").unlink(missing_ok=True)
    preparer.run(lab.laptops)


def _seed(root: Path, kind: int) -> None:
    usb = root / USB
    if kind == 0:
        usb.write_text("x")
    elif kind == 1:
        usb.chmod(0o666)
    elif kind == 2:
        os.chown(usb, 1234, 1234)
    elif kind == 3:
        (root / "etc/chromium/policies/managed/extra.json").write_text("{}")
    elif kind == 4:
        usb.unlink()
        usb.symlink_to("/etc/passwd")
    elif kind == 5:
        with (root / "etc/passwd").open("a") as file:
            file.write("mallory:x:1500:1500::/:/bin/sh\n")
    else:  # the clock was ahead at the last run and has been set back since
        state = root / "var/lib/mahoroba-liaison/state"
        rows = [r for r in state.read_text().splitlines() if not r.startswith("last=")]
        state.write_text("\n".join([*rows, f"last={int(time.time()) + 3600}", ""]))


def _drops(lab: NetworkLab, preparer: _Preparer) -> Iterator[Record]:
    lab.cut("K01")
    lab.kill_sshd("K02")
    took, out = preparer.run(lab.laptops)
    named = {o.tag for o in out if not o.ready}
    lab.mend("K01")
    lab.restart_sshd("K02")
    _again, after = preparer.run(lab.laptops)
    held = named == {"K01", "K02"} and took <= 15 and all(o.ready for o in after)
    yield Record(
        "cut link, dead sshd: whole run of 50",
        took,
        "s",
        "named ≤ 15",
        held,
        n=f"{sorted(named)} named, {sum(o.ready for o in after)} ready after the next run",
    )


def _two_hundred() -> Iterator[Record]:
    preparer = _Preparer()
    with network_lab(200) as lab:
        took, out = preparer.run(lab.laptops)
    ready = sum(o.ready for o in out)
    yield Record("200 laptops, first run", took, "s", "≤ 60", took <= 60 and ready == 200, n=f"{ready} ready")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Record(
        "memory of the preparer, 200 laptops", memory, "MB", "≤ 250", memory <= 250, n="peak of the process"
    )


def _wiping() -> Iterator[Record]:
    """On ext4 with encryption in a loop file: a guest's 20 MB, then the return."""
    if os.geteuid() != 0:
        print("  wiping left out: loop mounts need root", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory(prefix="mahoroba-bench-") as made:
        image, point = Path(made) / "disk.img", Path(made) / "disk"
        image.touch()
        os.truncate(image, 96 * 1024 * 1024)
        subprocess.run(["mkfs.ext4", "-q", "-F", "-O", "encrypt,stable_inodes", str(image)], check=True)
        point.mkdir()
        subprocess.run(["mount", "-o", "loop", str(image), str(point)], check=True)
        try:
            mark_guest_root(point)
            wipe_folder(point, "guest")
            for number in range(20):
                (point / f"guest/{MARKER.decode()}-{number}").write_bytes(MARKER * 50_000)
            os.sync()
            begin = time.monotonic()
            wiped = wipe_folder(point, "guest")
            took = time.monotonic() - begin
            os.sync()
            markers = image.read_bytes().count(MARKER)
        finally:
            subprocess.run(["umount", str(point)], check=True)
    held = took <= 5 and markers == 0 and wiped.method.startswith("Cryptographic")
    yield Record(
        "return: wiped and verified",
        took,
        "s",
        "≤ 5, 0 markers",
        held,
        n=f"20 files of 1 MB, {markers} markers in the raw image",
    )


def _hand_outs() -> Iterator[Record]:
    """Fifty scans through the service, a borrower each; the laptops are folders, prepared before."""
    with tempfile.TemporaryDirectory(prefix="mahoroba-bench-") as made:
        service = LiaisonService(Path(made) / "liaison", MemorySecrets(), Events(), lambda: "bench")
        service.move_in_trial(50)
        tags = [tile.tag for tile in service.tiles()]
        outcomes = service.prepare(tags, lambda *_words: None)
        begin = time.monotonic()
        for tag in tags:
            service.lend(service.office.label(tag), Borrower(f"髙﨑 {tag}", "国土交通省"))
        took = time.monotonic() - begin
        whole = service.ledger.verify().ok and all(o.ready for o in outcomes)
    yield Record(
        "50 hand-outs as scans", took, "s", "≤ 60", took <= 60 and whole, n="50 loans, chain verified"
    )


def _labels() -> Iterator[Record]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import cv2
    import numpy as np
    import pypdfium2

    from desktop.pages.liaison.paper import Label, labels
    from desktop.ui.application import make_application
    from liaison.tags import Office

    make_application()
    office = Office("KEN")
    codes = {f"K{n:02d}": office.label(f"K{n:02d}") for n in range(1, 51)}
    begin = time.monotonic()
    pdf = labels([Label(tag, code, "県 情報政策課") for tag, code in codes.items()])
    took = time.monotonic() - begin
    read = set()
    for page in pypdfium2.PdfDocument(pdf):
        picture = np.ascontiguousarray(page.render(scale=150 / 72).to_numpy()[:, :, :3])
        height, width = picture.shape[:2]
        for place in range(44):
            y, x = (8.8 + place // 4 * 25.4) / 297 * height, (8.4 + place % 4 * 48.3) / 210 * width
            cut = picture[int(y) : int(y + 0.0855 * height), int(x) : int(x + 0.13 * width)]
            read.add(cv2.QRCodeDetector().detectAndDecode(cut)[0])
    found = len(read & set(codes.values()))
    yield Record(
        "50 labels as PDF",
        took,
        "s",
        "≤ 3, 50/50 decode at 150 dpi",
        took <= 3 and found == 50,
        n=f"{found} of 50 decoded",
    )
