"""One record a figure: what was measured, its bar, and the same measured on a peer in the same run."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from core.clock import TOKYO


def machine() -> str:
    """Processor, cores and Python of this run, in one line."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line
        ]
        model = names[0] if names else model
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}"


@dataclass(frozen=True, slots=True)
class Record:
    """A measured figure.

    bar: the promise, as text (``≤ 12``); held: whether ``value`` keeps it (None where there is no bar).
    ratio: value / peer_value, measured in the same run. n: sample size, as text (``7,656 pairs``).
    """

    name: str
    value: float
    unit: str
    bar: str = ""
    held: bool | None = None
    peer: str = ""
    peer_value: float | None = None
    ratio: float | None = None
    n: str = ""
    feature: str = ""  # whose table it stands in; ``benchmarks.__main__`` says it
    machine: str = field(default_factory=machine)
    date: str = field(default_factory=lambda: datetime.now(TOKYO).date().isoformat())
    part: str = ""  # which module measured it, to its end; ``benchmarks.__main__`` says it too
