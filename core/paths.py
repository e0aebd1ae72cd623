"""Where the suite keeps its files: XDG folders on Linux, known folders on Windows, one folder for a trial."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from core.errors import SuiteError
from core.files import make_private_folder
from core.i18n import _
from core.policy import SOURCE


@dataclass(frozen=True)
class Paths:
    """The four private folders (mode 0700) and the administrator's policy file.

    data: databases. config: the user's settings. cache: can be deleted. state: logs, locks.
    """

    data: Path
    config: Path
    cache: Path
    state: Path
    policy: Path

    @classmethod
    def from_environment(cls) -> Paths:
        """Find and create the folders. MAHOROBA_HOME moves all four (trials, tests).

        The policy of the machine, where there is one, counts even then: a variable never gets round it.
        SuiteError CORE-001 if a folder cannot be created or written.
        """
        machine_policy = _machine_policy()
        if trial := os.environ.get("MAHOROBA_HOME"):
            home = Path(trial).absolute()
            said = machine_policy.exists() or machine_policy.with_name(SOURCE).exists()
            policy = machine_policy if said else home / "policy.toml"
            return cls(home / "data", home / "config", home / "cache", home / "state", policy)._created()
        data, config, cache, state = _windows_folders() if sys.platform == "win32" else _xdg_folders()
        return cls(data, config, cache, state, machine_policy)._created()

    @property
    def user_settings(self) -> Path:
        return self.config / "settings.toml"

    @property
    def run(self) -> Path:
        """What must not outlive the log-in: in memory where the system has such a folder."""
        given = Path(os.environ.get("XDG_RUNTIME_DIR", ""))
        if "MAHOROBA_HOME" in os.environ or not given.is_absolute() or not given.is_dir():
            return self.state / "run"
        return given / "mahoroba"

    def _created(self) -> Paths:
        for folder in (self.data, self.config, self.cache, self.state):
            try:
                make_private_folder(folder)
            except OSError as error:
                raise _unusable(folder) from error
            if not os.access(folder, os.W_OK | os.X_OK):
                raise _unusable(folder)
        return self


def _unusable(folder: Path) -> SuiteError:
    return SuiteError(
        _("まほろばを始められません。"),
        _("フォルダー「{folder}」に書き込めません。").format(folder=folder),
        _("ディスクの空きと権限を確かめるか、情報担当に連絡してください。"),
        "CORE-001",
    )


def _xdg_folders() -> tuple[Path, Path, Path, Path]:
    """XDG Base Directory Specification 0.8: a relative value is invalid and must be ignored."""

    def base(variable: str, default: str) -> Path:
        value = Path(os.environ.get(variable, ""))
        return (value if value.is_absolute() else Path.home() / default) / "mahoroba"

    return (
        base("XDG_DATA_HOME", ".local/share"),
        base("XDG_CONFIG_HOME", ".config"),
        base("XDG_CACHE_HOME", ".cache"),
        base("XDG_STATE_HOME", ".local/state"),
    )


if sys.platform == "win32":
    import ctypes
    from uuid import UUID

    # KNOWNFOLDERID (shlobj): asked from the system, because %APPDATA% and %ProgramData% belong to the user.
    _LOCAL_APP_DATA = UUID("F1B32785-6FBA-4FCF-9D55-7B8E7F157091")
    _PROGRAM_DATA = UUID("62AB5D82-FDC1-4DC3-A9DD-070D1D495D97")

    def _known_folder(folder: UUID) -> Path:
        found = ctypes.c_wchar_p()
        identifier = (ctypes.c_byte * 16).from_buffer_copy(folder.bytes_le)
        result = ctypes.windll.shell32.SHGetKnownFolderPath(
            ctypes.byref(identifier), 0, None, ctypes.byref(found)
        )
        if result != 0 or not found.value:
            raise OSError(result, "SHGetKnownFolderPath")
        path = Path(found.value)
        ctypes.windll.ole32.CoTaskMemFree(found)
        return path

    def _windows_folders() -> tuple[Path, Path, Path, Path]:
        home = _known_folder(_LOCAL_APP_DATA) / "Mahoroba"
        return home / "data", home / "config", home / "cache", home / "state"

    def _machine_policy() -> Path:
        return _known_folder(_PROGRAM_DATA) / "Mahoroba" / "policy.toml"
else:

    def _windows_folders() -> tuple[Path, Path, Path, Path]:
        raise NotImplementedError("known folders exist on Windows only")

    def _machine_policy() -> Path:
        return Path("/etc/mahoroba/policy.toml")
