"""Tell uv what this machine's pip has been told: index addresses, folders of wheels, certificate.

uv does not read pip's configuration, and that is where an office names its own package mirror. Run by the
entry script before any environment exists, so it needs the standard library only; prints ``export`` lines
for a shell to evaluate. A UV_* variable that is set already wins.
"""

from __future__ import annotations

import configparser
import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
}


def files(environment: Mapping[str, str], home: Path) -> Iterator[Path]:
    """pip's configuration files, the weakest first (pip user guide, "Configuration files")."""
    chosen = environment.get("PIP_CONFIG_FILE", "")
    if chosen == os.devnull:
        return
    for folder in reversed(environment.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")):
        yield Path(folder) / "pip" / "pip.conf"
    yield Path("/etc/pip.conf")
    yield home / ".pip" / "pip.conf"
    yield Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf"
    if chosen:
        yield Path(chosen)


def pip_settings(environment: Mapping[str, str], home: Path) -> dict[str, str]:
    """pip's own answer to "which registry": later files, the install section, then PIP_* override."""
    found: dict[str, str] = {}
    for path in files(environment, home):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (OSError, UnicodeDecodeError, configparser.Error) as error:
            print(f"{path}: {error}", file=sys.stderr)
            continue
        for section in ("global", "install"):
            if parser.has_section(section):
                found.update({name.replace("_", "-"): value for name, value in parser.items(section)})
    for name in UV_NAMES:
        found[name] = environment.get(f"PIP_{name.upper().replace('-', '_')}") or found.get(name, "")
    return {name: " ".join(found[name].split()) for name in UV_NAMES if found[name]}


def uv_environment(environment: Mapping[str, str], home: Path) -> dict[str, str]:
    """The variables to add. Every package is pinned by hash, so any index may offer it (as with pip)."""
    added = {UV_NAMES[name]: value for name, value in pip_settings(environment, home).items()}
    if "UV_FIND_LINKS" in added:
        added["UV_FIND_LINKS"] = added["UV_FIND_LINKS"].replace(" ", ",")
    added["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return {name: value for name, value in added.items() if name not in environment}


if __name__ == "__main__":
    for variable, setting in uv_environment(os.environ, Path.home()).items():
        print(f"export {variable}={shlex.quote(setting)}")
