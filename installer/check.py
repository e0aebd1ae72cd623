"""``./mahoroba check``: every static check, each with its time, all of them even when one fails."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())"

REGISTRY = re.compile(
    r"pypi[.]org|pythonhosted[.]org|npmjs[.]|yarnpkg[.]|(deb|security|archive|snapshot)[.]debian[.]org"
    r"|(archive|security)[.]ubuntu[.]com|artifact(ory|registry)|[-.]pkg[.]dev|--(extra-)?index-url|_authToken"
)
MACHINE_PATH = re.compile(r"(?<![\w.:~/}$-])/(root|work|home/[a-z]\w*|Users/\w+|tmp/[\w-]+/)(?![\w-])")
NOT_OURS_TO_WORD = ("installer/check.py", "installer/registry.py")
"""Files that speak of registries' settings by their generic names, which is their job."""


def python(*module: str) -> Callable[[], str]:
    return command(sys.executable, *module)


def command(*argv: str) -> Callable[[], str]:
    """A check that passes when the command exits 0; its output is the complaint otherwise."""

    def run() -> str:
        done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 ours
        return (
            "" if done.returncode == 0 else (done.stdout + done.stderr).strip() or f"exit {done.returncode}"
        )

    return run


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 git is on the path
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = listed.stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def no_foreign_names() -> str:
    """No registry's host and no path of somebody's machine in any file that is, or would be, committed."""
    return "\n".join(each for file in tracked_files() for each in _foreign_names(file))


def _foreign_names(file: Path) -> Iterator[str]:
    name = file.relative_to(ROOT).as_posix()
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return
    for number, line in enumerate(lines, 1):
        if MACHINE_PATH.search(line) or (name not in NOT_OURS_TO_WORD and REGISTRY.search(line)):
            yield f"{name}:{number}: {line.strip()[:100]}"


def shell_syntax() -> str:
    """The entry script is POSIX sh: dash reads it, and shellcheck where it is installed."""
    jobs = (".ci/run", ".ci/long")
    checks = [command(shutil.which("dash") or "sh", "-n", "mahoroba")]
    checks += [command("bash", "-n", job) for job in jobs]
    if shutil.which("shellcheck"):
        checks.append(command("shellcheck", "mahoroba", *jobs))
    return "\n".join(filter(None, (check() for check in checks)))


CHECKS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("ruff check", python("-m", "ruff", "check", "--no-cache", ".")),
    ("ruff format", python("-m", "ruff", "format", "--no-cache", "--check", ".")),
    ("imports point down", python("-c", LINT_IMPORTS)),
    ("types", python("-m", "mypy")),
    ("dependencies", python("-m", "deptry", ".")),
    ("dead code", python("-m", "vulture")),
    ("catalogue", python("-m", "desktop.locale.catalogue", "--check")),
    ("foreign names", no_foreign_names),
    ("shell", shell_syntax),
)


def main(wanted: Sequence[str]) -> int:
    """Run the checks whose names contain one of ``wanted`` (all without); 1 if one complains."""
    failed = []
    for name, check in CHECKS:
        if wanted and not any(word in name for word in wanted):
            continue
        begin = time.monotonic()
        complaint = check()
        print(f"{'✗' if complaint else '✓'} {name} ({time.monotonic() - begin:.1f} s)", flush=True)
        if complaint:
            failed.append(name)
            print(complaint, flush=True)
    print(f"check: {'failed: ' + ', '.join(failed) if failed else 'all good'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
