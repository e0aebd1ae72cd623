"""Liaison laptops: preparing 50 and 200 over SSH beside pyinfra and ansible, drift, drops.

The simulated laptops are overlay roots in network namespaces with an sshd each, on this machine: its cores do
the preparer's work and that of all the laptops. Without root these figures are left out, with a word.
"""

from __future__ import annotations

import contextlib
import os
import random
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import liaison_peers
from benchmarks.record import Record
from core.secrets import MemorySecrets
from liaison import bundle, fleet, profile
from liaison.answer import Outcome
from liaison.bundle import Bundle
from liaison.lab_network import NetworkLab, missing, network_lab
from liaison.laptop import Laptop
from liaison.signing import Signer
from liaison.workshop import SHIPPED

DISK_MB = 32
USB = "etc/modprobe.d/mahoroba-usb.conf"


class _Preparer:
    def __init__(self) -> None:
        self.signer = Signer(MemorySecrets())
        path = SHIPPED / "liaison.toml"
        small = {"disk": profile.Disk(encrypted=True, min_free_mb=4)}  # the lab's disks are
        loaded = profile.load(path).model_copy(update=small)
        self.bundle: Bundle = bundle.build(loaded, path, self.signer, datetime.now(UTC).date())

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


def _fifty() -> Iterator[Record]:
    preparer = _Preparer()
    with network_lab(50, DISK_MB) as lab:
        first, out = preparer.run(lab.laptops)
        ready = sum(o.ready for o in out)
        yield Record(
            "50 laptops, first run", first, "s", "≤ 15", first <= 15 and ready == 50, n=f"{ready} ready"
        )
        second, out = preparer.run(lab.laptops)
        changed, ready = sum(o.changed for o in out), sum(o.ready for o in out)
        held = second <= 15 and changed == 0 and ready == 50
        yield Record("50 laptops, second run", second, "s", "≤ 15, 0 changes", held, n=f"{changed} changes")
        yield from _pyinfra(lab, preparer, first, second)
        yield from _drift(lab, preparer)
        yield from _drops(lab, preparer)
    yield from _ansible(preparer)


def _pyinfra(lab: NetworkLab, preparer: _Preparer, first: float, second: float) -> Iterator[Record]:
    """The same state on the same kind of laptops, fresh ones for the peer's first run."""
    with tempfile.TemporaryDirectory(prefix="mahoroba-bench-") as made:
        oracle = liaison_peers.pyinfra(preparer.bundle, lab.laptops, Path(made), dry=True)
        yield Record(
            "pyinfra's dry run after ours, 50 laptops",
            oracle.changed,
            "changes",
            "0",
            oracle.changed == 0 and oracle.whole,
            n=f"{oracle.seconds:.1f} s",
        )
        with network_lab(50, DISK_MB) as fresh:
            runs = [liaison_peers.pyinfra(preparer.bundle, fresh.laptops, Path(made)) for _each in range(2)]
    for which, ours, theirs in zip(("first", "second"), (first, second), runs, strict=True):
        ratio = theirs.seconds / ours
        yield Record(
            f"50 laptops, {which} run, beside pyinfra",
            ours,
            "s",
            "≥ 3 × faster",
            ratio >= 3 and theirs.whole,
            peer="pyinfra",
            peer_value=theirs.seconds,
            ratio=ratio,
            n=f"pyinfra: {theirs.changed} changes; it looks at fewer things",
        )


def _ansible(preparer: _Preparer) -> Iterator[Record]:
    """Ten laptops each; a run of ten of ours, so that both are as wide as they are deep."""
    with network_lab(10) as lab:
        ours, out = preparer.run(lab.laptops)
        assert all(o.ready for o in out)
    with network_lab(10) as lab, tempfile.TemporaryDirectory(prefix="mahoroba-bench-") as made:
        theirs = liaison_peers.playbook(preparer.bundle, lab.laptops, Path(made))
    ratio = theirs.seconds / ours
    yield Record(
        "10 laptops, first run, per laptop, beside ansible",
        ours / 10,
        "s",
        "≥ 30 × faster",
        ratio >= 30 and theirs.whole,
        peer="ansible-core",
        peer_value=theirs.seconds / 10,
        ratio=ratio,
        n="10 laptops each, pipelining, 10 forks; the playbook that we export, without the agent's look",
    )


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
    wanted = {"K01", "K02", "K03", "K04"}
    for laptop in lab.laptops:  # something to do for everyone
        (lab.root(laptop.tag) / USB).unlink()
    _fill(lab.root("K03") / "fill")
    lab.cut("K01")
    lab.kill_sshd("K02")
    with agents_killed(lab.root("K04")):
        took, out = preparer.run(lab.laptops)
    named = {o.tag for o in out if not o.ready}
    (lab.root("K03") / "fill").unlink()
    lab.mend("K01")
    lab.restart_sshd("K02")
    _again, after = preparer.run(lab.laptops)
    held = named == wanted and took <= 15 and all(o.ready for o in after)
    yield Record(
        "link cut, sshd dead, disk full, agent killed: whole run of 50",
        took,
        "s",
        "named ≤ 15",
        held,
        n=f"{sorted(named)} named, {sum(o.ready for o in after)} ready after the next run",
    )


def _fill(path: Path) -> None:
    """Until not a byte is free."""
    with path.open("wb") as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 65536)
            file.flush()


@contextlib.contextmanager
def agents_killed(root: Path) -> Iterator[None]:
    """As long as this lasts, the agent on one laptop is killed as soon as it appears, again and again."""
    stop = threading.Event()
    hunter = threading.Thread(target=_kill_agents, args=(root, stop))
    hunter.start()
    try:
        yield
    finally:
        stop.set()
        hunter.join()


def _kill_agents(root: Path, stop: threading.Event) -> None:
    while not stop.is_set():
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError, IndexError, ValueError):
                if Path(os.readlink(entry / "root")) != root:
                    continue
                if b"agent.sh" in (entry / "cmdline").read_bytes().split(b"\0")[1]:
                    os.kill(int(entry.name), 9)
        time.sleep(0.005)


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
