"""One parser before a coverage-guided fuzzer, in a process of its own (libFuzzer ends it):
``python -m tests.fakes.fuzz_guided NAME FOLDER [libFuzzer's options]``. A find stands in ``FOLDER/finds``."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import atheris

OURS = ["core", "auth", "calendar_sync", "sharefolder", "liaison", "office"]
MEMORY = 4 << 30


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    for each in ("files", "corpus", "finds"):
        (folder / each).mkdir()
    with atheris.instrument_imports(include=OURS, enable_loader_override=False):
        from tests.fakes.fuzz_targets import targets

        target = targets(folder / "files")[name]
    for number, seed in enumerate(target.seeds):
        (folder / "corpus" / str(number)).write_bytes(seed)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    def once(data: bytes) -> None:
        try:
            target.call(data)
        except target.allowed:
            return

    options = [f"-artifact_prefix={folder / 'finds'}/", f"-rss_limit_mb={MEMORY >> 20}", *sys.argv[3:]]
    atheris.Setup([sys.argv[0], *options, str(folder / "corpus")], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
