"""How each laptop is reached: registered hosts over SSH, the trial's simulated ones in namespaces or folders.

The hosts lie in one small file of ours; the keys that a laptop must show lie in ``known_hosts`` beside it,
entered by whoever compared the fingerprint at the registration.
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from core.errors import SuiteError
from core.files import make_private_folder, write_atomically
from core.i18n import _
from liaison import lab, lab_holder
from liaison.lab_holder import HeldLab
from liaison.laptop import Laptop

MAX_FILE = 1024 * 1024


class Host(BaseModel):
    """One line of the hosts' file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    host: str = Field(max_length=253, pattern=r"^[A-Za-z0-9:][A-Za-z0-9.:-]*$")
    port: int = Field(22, ge=1, le=65535)
    user: str = Field("root", pattern=r"^[a-z_][a-z0-9_-]{0,31}$")
    identity: str = Field("", max_length=400)


_HOSTS = TypeAdapter(dict[str, Host])


class Reach:
    """``laptops`` by their numbers. A simulated laptop never hides a registered one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "hosts.json"
        self._held: HeldLab | None = None

    def laptops(self) -> dict[str, Laptop]:
        """Every laptop that there is a way to."""
        held = self._held.laptops if self._held is not None else []
        simulated = held or lab.folders(self._folder / "lab")
        return {laptop.tag: laptop for laptop in simulated} | self._registered()

    def register(self, tag: str, host: Host, known_key: str) -> Laptop:
        """Keep how ``tag`` is reached. ``known_key``: its line of known_hosts, the fingerprint compared."""
        known = self._folder / "known_hosts"
        lines = known.read_text("utf-8").splitlines() if known.exists() else []
        if known_key and known_key not in lines:
            write_atomically(known, "\n".join([*lines, known_key.strip(), ""]).encode())
        hosts = self._hosts() | {tag: host}
        write_atomically(self._file, _HOSTS.dump_json(hosts, indent=1))
        return self._registered()[tag]

    def _registered(self) -> dict[str, Laptop]:
        known = self._folder / "known_hosts"
        return {
            tag: Laptop(
                tag,
                host=each.host,
                port=each.port,
                user=each.user,
                identity=Path(each.identity) if each.identity else None,
                known_hosts=known,
            )
            for tag, each in self._hosts().items()
        }

    def _hosts(self) -> dict[str, Host]:
        try:
            with self._file.open("rb") as file:
                content = file.read(MAX_FILE + 1)
            if len(content) > MAX_FILE:
                raise ValueError("too large")
            return _HOSTS.validate_json(content)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, ValidationError, json.JSONDecodeError) as error:
            raise SuiteError(
                _("端末の接続先を読み取れません。"),
                _("ファイル「{name}」が壊れています。").format(name=self._file.name),
                _("端末を登録し直すか、控えから戻してください。"),
                "LIAISON-010",
            ) from error

    # the trial's laptops

    def simulate(self, count: int, namespaces: bool) -> list[Laptop]:
        """``count`` simulated laptops: in namespaces if wanted and possible here, else folders."""
        if namespaces and not lab_holder.missing():
            if self._held is None:
                held = HeldLab(make_private_folder(self._folder / "namespaces"), count)
                held.open()
                self._held = held
            return self._held.laptops
        return lab.make_folders(self._folder / "lab", count)

    def root_of(self, tag: str) -> Path | None:
        """Where the files of a simulated laptop are seen from here; None for a real one."""
        laptop = self.laptops().get(tag)
        if laptop is None or not laptop.simulated:
            return None
        return laptop.root if self._held is None or laptop.root is not None else self._held.root(tag)

    def cut(self, tags: list[str]) -> bool:
        """Pull the cables of these simulated laptops; False where there are none to pull."""
        if self._held is None:
            return False
        simulated = {laptop.tag for laptop in self._held.laptops}
        for tag in simulated.intersection(tags):
            self._held.cut(tag)
        return True

    def repair(self) -> None:
        """A person has seen to the simulated laptops that a drill broke."""
        for tag, laptop in self.laptops().items():
            if laptop.simulated and (root := self.root_of(tag)) is not None:
                lab.make_laptop(root)
                if self._held is not None and laptop.root is None:
                    self._held.mend(tag)

    def close(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None
