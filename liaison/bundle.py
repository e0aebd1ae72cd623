"""Profile -> bundle: the same profile and day give the same bytes, named by their hash, signed, with an end.

A bundle is a plan (what the agent reads), its signature, the agent itself and each file once under its
SHA-256. The plan names every hash, so the hash of the plan is the identity of the whole.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from core.files import make_private_folder, write_atomically
from core.i18n import _
from liaison import errors
from liaison.profile import Profile
from liaison.resource import Resource, folder
from liaison.signing import BUNDLE, Signer, verify
from liaison.steps import STEPS

AGENT = Path(__file__).with_name("agent.sh")
STATE = "/var/lib/mahoroba-liaison"
MAX_BUNDLE = 1024 * 1024 * 1024
_MAGIC = "mahoroba-plan\t1"


@dataclass(frozen=True)
class Bundle:
    """``id``: SHA-256 of the plan. ``tar``: what is carried to a laptop."""

    id: str
    profile: str
    title: str
    version: int
    expires: datetime
    plan: str
    tar: bytes = field(repr=False)

    @property
    def name(self) -> str:
        return f"{self.profile}-{self.version}-{self.id[:12]}.tar"

    def save(self, into: Path) -> Path:
        """Write it below ``into`` under its content's name; the same content is the same file."""
        path = make_private_folder(into) / self.name
        write_atomically(path, self.tar)
        return path

    def unpack(self, into: Path) -> Path:
        """Its files in a folder below ``into``, for a USB stick; the agent checks them again there."""
        folder = make_private_folder(into / self.name.removesuffix(".tar"))
        for name, content in _members(self.tar).items():
            make_private_folder((folder / name).parent)
            write_atomically(folder / name, content)
        return folder


def build(profile: Profile, source: Path, signer: Signer, issued: date) -> Bundle:
    """Make the bundle of ``profile`` (documents come from the folder of ``source``), valid from ``issued``.

    Deterministic: no clock, no order of a file system, no name of this machine. SuiteError LIAISON-001.
    """
    planned = _resources(profile, source.parent)
    expires = datetime.combine(issued, time(), UTC) + timedelta(days=profile.valid_days)
    agent = AGENT.read_bytes()
    head = [
        _MAGIC,
        f"profile\t{profile.name}",
        f"version\t{profile.version}",
        f"expires\t{int(expires.timestamp())}",
        f"agent\t{hashlib.sha256(agent).hexdigest()}",
    ]
    plan = "\n".join([*head, *(resource.line(step) for step, resource in planned), ""])
    signature = signer.sign(plan.encode(), BUNDLE)
    members = {"plan": plan.encode(), "plan.sig": signature.encode(), "agent.sh": agent}
    for _step, resource in planned:
        if resource.kind == "file":
            members[f"files/{resource.fields[3]}"] = resource.content
    identity = hashlib.sha256(plan.encode()).hexdigest()
    return Bundle(identity, profile.name, profile.title, profile.version, expires, plan, _tar(members))


def read(content: bytes, public: bytes, now: datetime) -> Bundle:
    """A bundle from outside (a USB stick): signature, hashes and end are checked. SuiteError LIAISON-002."""
    members = _members(content)
    plan = members.get("plan", b"")
    if not verify(members.get("plan.sig", b"").decode("ascii", "replace"), plan, BUNDLE, public):
        raise errors.bundle_refused(_("署名が、この所属の鍵のものではありません。"))
    rows = [line.split("\t") for line in plan.decode().splitlines()]
    head = {row[0]: row[1] for row in rows[1:5]}
    wanted = {f"files/{row[5]}": row[5] for row in rows if row[0] == "file"} | {"agent.sh": head["agent"]}
    for name, digest in wanted.items():
        if hashlib.sha256(members.get(name, b"")).hexdigest() != digest:
            raise errors.bundle_refused(_("中身が、署名されたものと違います。"))
    expires = datetime.fromtimestamp(int(head["expires"]), UTC)
    if now >= expires:
        raise errors.bundle_refused(_("期限が切れています（{date} まで）。").format(date=expires.date()))
    identity = hashlib.sha256(plan).hexdigest()
    profile, version = head["profile"], int(head["version"])
    return Bundle(identity, profile, profile, version, expires, plan.decode(), content)


def changes(old: str, new: str) -> list[tuple[str, str, str]]:
    """What differs between two plans: (added | removed | changed, step, name), for the person who reviews."""
    before, after = _by_name(old), _by_name(new)
    found = [("removed", *name) for name in before.keys() - after.keys()]
    found += [("added", *name) for name in after.keys() - before.keys()]
    found += [("changed", *name) for name in before.keys() & after.keys() if before[name] != after[name]]
    return sorted(found, key=lambda each: each[1:])


def _by_name(plan: str) -> dict[tuple[str, str], str]:
    rows = [line.split("\t") for line in plan.splitlines()]
    named = [row for row in rows if row[0] in ("dir", "only", "file", "line", "accounts", "probe")]
    return {
        (row[1], f"{row[2]} {row[5]}" if row[0] == "line" else f"{row[2]}"): "\t".join(row) for row in named
    }


def _resources(profile: Profile, source: Path) -> list[tuple[str, Resource]]:
    """Every step's resources in order, each folder before what lies in it, everything once."""
    found: list[tuple[str, Resource]] = []
    explicit = {r.fields[0] for step in STEPS.values() for r in step(profile, source) if r.kind == "dir"}
    seen: set[str] = set()

    def add(step: str, resource: Resource) -> None:
        for parent in resource.parents:
            if parent not in seen and parent not in explicit:
                seen.add(parent)
                found.append((step, folder(parent)))
        line = resource.line("")
        if line not in seen:
            seen.add(line)
            found.append((step, resource))

    add("guest", folder(STATE, 0o700))
    for name, step in STEPS.items():
        for resource in step(profile, source):
            add(name, resource)
    return found


def _tar(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(members):
            member = tarfile.TarInfo(name)
            member.size = len(members[name])
            member.mode = 0o644
            tar.addfile(member, io.BytesIO(members[name]))
    return out.getvalue()


def _members(content: bytes) -> dict[str, bytes]:
    """The regular members by name; a link, a device or an odd name makes the whole thing refused."""
    wrong = errors.bundle_refused(_("設定一式のファイルではないか、壊れています。"))
    if len(content) > MAX_BUNDLE:
        raise wrong
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
            for member in tar:
                name = member.name
                plain = name in ("plan", "plan.sig", "agent.sh") or (
                    name.startswith("files/") and len(name) == 70 and name[6:].isalnum()
                )
                opened = tar.extractfile(member) if member.isreg() and plain and name not in found else None
                if opened is None or len(found) > 2000:
                    raise wrong
                found[name] = opened.read()
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise wrong from error
    return found
