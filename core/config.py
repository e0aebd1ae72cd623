"""The settings in force: policy file > the person's file > default, and who decided each.

The files are read by pydantic-settings' own TOML sources; the environment is no source, so no variable gets
round a policy. A person's file may be wrong in any way without keeping the suite from starting; a policy may
not: what it meant to forbid would silently be allowed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from pydantic import BaseModel, ValidationError
from pydantic_settings import PydanticBaseSettingsSource, TomlConfigSettingsSource

from core import config_errors as errors
from core.config_files import edited, policy_source, user_source
from core.errors import SuiteError
from core.files import exclusive, write_atomically
from core.i18n import _
from core.paths import Paths
from core.policy import expired, kept, source_beside
from core.settings import (
    AppearanceSettings,
    AuthoritySettings,
    CameraSettings,
    DirectorySettings,
    FaceSettings,
    NotificationSettings,
    OfflineSettings,
    PamSettings,
    PlanSettings,
    PresenceSettings,
    Section,
    SecuritySettings,
    ServersSettings,
    Settings,
    TicketSettings,
    TrialSettings,
)
from core.settings.declared import known, policy_only, split, title_of


@dataclass(frozen=True)
class Origin:
    """Where a value comes from. ``locked``: the person cannot change it; ``by``: who decided that."""

    source: Literal["policy", "user", "default"]
    locked: bool
    by: str


class _Locked(Section):
    """The table ``[locked]`` of the policy file: keys (or whole sections) nobody else may set."""

    by: str = ""
    keys: tuple[str, ...] = ()


class Config:
    """The sections as attributes (immutable values), replaced as a whole when a setting is saved.

    ``notices``: what was ignored in the files, each ready to be shown.
    """

    appearance: AppearanceSettings
    camera: CameraSettings
    face: FaceSettings
    presence: PresenceSettings
    notifications: NotificationSettings
    security: SecuritySettings
    servers: ServersSettings
    authority: AuthoritySettings
    directory: DirectorySettings
    tickets: TicketSettings
    offline: OfflineSettings
    pam: PamSettings
    plan: PlanSettings
    trial: TrialSettings
    notices: tuple[SuiteError, ...]

    def __init__(self, paths: Paths, now: float | None = None) -> None:
        self._paths, self._now = paths, now
        self._load()

    @classmethod
    def load(cls, paths: Paths, now: float | None = None) -> Config:
        """Read both files. SuiteError CONF-001 (policy unreadable), CONF-002 (policy has a wrong value) or,
        where the policy is fetched, POL-001 … POL-004 (not the one that the office signed)."""
        return cls(paths, now)

    @classmethod
    def check(cls, policy: bytes) -> tuple[SuiteError, ...]:
        """What would not be used of ``policy``. SuiteError CONF-001, CONF-002 as when it is loaded."""
        with TemporaryDirectory(prefix="mahoroba-policy-") as folder:
            path = Path(folder) / "policy.toml"
            path.write_bytes(policy)
            return cls(Paths(path.parent, path.parent, path.parent, path.parent, path)).notices

    def origin(self, key: str) -> Origin:
        """Where ``section.name`` comes from and whether the person may change it. KeyError if undeclared."""
        section, name = split(key)
        by = self._locked.by or _("ポリシーファイル")
        if name in self._policy.init_kwargs.get(section, {}):
            return Origin("policy", True, by)
        if policy_only(section, name) or {key, section} & set(self._locked.keys):
            return Origin("default", True, by)
        if name in self._user.init_kwargs.get(section, {}):
            return Origin("user", False, "")
        return Origin("default", False, "")

    def save_user(self, key: str, value: str | int | float | bool | None) -> None:
        """Keep the person's choice (None: back to the default) in their file; its comments stay.

        The file is replaced as a whole or not at all. KeyError if undeclared, SuiteError CONF-003 (not
        allowed value), CONF-004 (locked), CONF-005 (not writable), CONF-001 (the file was broken meanwhile).
        """
        section, name = split(key)
        origin = self.origin(key)
        if origin.locked:
            raise errors.locked(title_of(key), origin.by)
        if value is not None:
            current: BaseModel = getattr(self, section)
            try:
                type(current).model_validate({**current.model_dump(), name: value})
            except ValidationError as error:
                raise errors.not_allowed(title_of(key)) from error
        path = self._paths.user_settings
        try:
            with exclusive(path.with_suffix(".lock")):
                text = path.read_text("utf-8") if path.exists() else ""
                write_atomically(path, edited(text, section, name, value).encode())
        except OSError as error:
            raise errors.unwritable() from error
        except (ValueError, RecursionError) as error:
            raise errors.broken(path.name) from error
        self._load()

    def _load(self) -> None:
        notices: list[SuiteError] = []
        source = source_beside(self._paths.policy)
        if source is not None:
            signed = kept(self._paths.policy, source)
            if signed.expires <= (time.time() if self._now is None else self._now):
                notices.append(expired(signed))
        self._policy = policy_source(self._paths.policy)
        self._user = user_source(self._paths.user_settings, notices)
        try:
            self._locked = _Locked.model_validate(self._policy.init_kwargs.pop("locked", {}))
        except ValidationError as error:
            raise errors.policy_value("locked") from error
        notices.extend(errors.unknown_in_policy(key) for key in self._locked.keys if not known(key))
        self._drop_forbidden(notices)
        settings = self._validated(notices)
        for section in Settings.model_fields:
            setattr(self, section, getattr(settings, section))
        self.notices = tuple(notices)

    def _drop_forbidden(self, notices: list[SuiteError]) -> None:
        """Take out of the person's file what only the policy may say."""
        user = self._user.init_kwargs
        for section, table in list(user.items()):
            if not isinstance(table, dict):
                notices.append(errors.ignored(section))
                del user[section]
                continue
            for name in list(table):
                key = f"{section}.{name}"
                if known(key) and policy_only(section, name):
                    notices.append(errors.policy_only(key))
                    del table[name]
                elif {key, section} & set(self._locked.keys):
                    del table[name]

    def _validated(self, notices: list[SuiteError]) -> Settings:
        """Validate the merged sources; drop what is unknown, or wrong in the person's file, and say so."""
        while True:
            try:
                return _merged(self._policy, self._user)
            except ValidationError as error:
                for problem in error.errors(include_url=False, include_input=False):
                    location = tuple(str(part) for part in problem["loc"][:2])
                    self._drop(location, problem["type"] == "extra_forbidden", notices)

    def _drop(self, location: tuple[str, ...], unknown: bool, notices: list[SuiteError]) -> None:
        key = ".".join(location)
        if not unknown and _has(self._policy.init_kwargs, location):
            raise errors.policy_value(key)
        if unknown and _remove(self._policy.init_kwargs, location):
            notices.append(errors.unknown_in_policy(key))
        if _remove(self._user.init_kwargs, location):
            notices.append(errors.ignored(key))


def _merged(policy: TomlConfigSettingsSource, user: TomlConfigSettingsSource) -> Settings:
    class FromFiles(Settings):
        @classmethod
        def settings_customise_sources(cls, *_: Any, **__: Any) -> tuple[PydanticBaseSettingsSource, ...]:
            return policy, user

    return FromFiles()


def _has(values: dict[str, Any], location: tuple[str, ...]) -> bool:
    table: Any = values
    for part in location:
        if not isinstance(table, dict) or part not in table:
            return False
        table = table[part]
    return True


def _remove(values: dict[str, Any], location: tuple[str, ...]) -> bool:
    if not _has(values, location):
        return False
    table: Any = values
    for part in location[:-1]:
        table = table[part]
    del table[location[-1]]
    return True
