"""Profiles and bundles: the office's files, building one, and which is in force."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from core.clock import TOKYO
from core.files import make_private_folder
from core.i18n import _
from liaison import bundle as bundles
from liaison import drill_plan, errors, profile
from liaison.bundle import Bundle
from liaison.drill_plan import DrillPlan
from liaison.profile import Profile
from liaison.profile_edit import Value, change
from liaison.reports import Reports
from liaison.signing import Signer

SHIPPED = Path(__file__).with_name("profiles")


class Workshop:
    """``changed`` is called after another bundle came into force. Synchronous, off the UI thread."""

    def __init__(self, folder: Path, signer: Signer, reports: Reports, changed: Callable[[], None]) -> None:
        self._folder, self._signer, self._reports, self._changed = folder, signer, reports, changed
        self._bundle: Bundle | None = None

    def profiles(self) -> list[Path]:
        """The profile files; the shipped ones are put beside the person's own at the first use."""
        mine = make_private_folder(self._folder / "profiles")
        for shipped in SHIPPED.glob("*.toml"):
            if not (mine / shipped.name).exists():
                shutil.copyfile(shipped, mine / shipped.name)
        return sorted(path for path in mine.glob("*.toml") if path.name != "base.toml")

    def drill_plan(self) -> DrillPlan:
        """The office's own plan in the folder ``drills``; the shipped one is put there at the first use."""
        mine = make_private_folder(self._folder / "drills") / "standard.toml"
        if not mine.exists():
            shutil.copyfile(SHIPPED.with_name("drills") / "standard.toml", mine)
        return drill_plan.load(mine)

    def build(self, path: Path, issued: date | None = None) -> Bundle:
        """Build, keep and make current. SuiteError LIAISON-001."""
        loaded = profile.load(path)
        built = bundles.build(loaded, path, self._signer, issued or datetime.now(TOKYO).date())
        built.save(self._folder / "bundles")
        self._reports.set_current(built.profile, built.id, built.plan)
        self._bundle = built
        self._changed()
        return built

    def change_profile(self, path: Path, values: Mapping[str, Value]) -> Profile:
        """Set what a form says in the file; comments stay. SuiteError LIAISON-001."""
        return change(path, values)

    def preview(self, path: Path) -> list[tuple[str, str, str]]:
        """What building ``path`` now would change against the current bundle."""
        loaded = profile.load(path)
        built = bundles.build(loaded, path, self._signer, datetime.now(TOKYO).date())
        return bundles.changes(self._reports.current()[2], built.plan)

    def current_bundle(self) -> Bundle:
        """The bundle in force, from memory or from its file. SuiteError LIAISON-002 if there is none."""
        _profile, wanted, _plan = self._reports.current()
        if self._bundle is None or self._bundle.id != wanted:
            found = sorted((self._folder / "bundles").glob(f"*-{wanted[:12]}.tar")) if wanted else []
            if not found:
                raise errors.bundle_refused(_("まだ一度も作っていません。"))
            self._bundle = bundles.read(found[0].read_bytes(), self._signer.public, datetime.now(UTC))
        return self._bundle
