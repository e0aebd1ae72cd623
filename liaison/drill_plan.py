"""訓練の台本: who does what, in which order, in how much time – a reviewed TOML file.

The times that count are never from here: they come from the ledger (``liaison.drill``).
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import Field, ValidationError

from core.errors import SuiteError
from core.files import read_bounded
from core.i18n import _
from liaison.profile import Part

MAX_FILE = 64 * 1024


class Step(Part):
    """``minutes``: how long this step may take."""

    role: str = Field(min_length=1, max_length=40)
    what: str = Field(min_length=1, max_length=200)
    minutes: int = Field(ge=1, le=600)


class DrillPlan(Part):
    title: str = Field(min_length=1, max_length=80)
    goal: str = Field(min_length=1, max_length=200)
    steps: list[Step] = Field(min_length=1, max_length=50)


def load(path: Path) -> DrillPlan:
    """Read a plan. SuiteError LIAISON-012."""
    try:
        content = read_bounded(path, MAX_FILE + 1)
        if len(content) > MAX_FILE:
            raise ValueError("too large")
        return DrillPlan.model_validate(tomllib.loads(content.decode()))
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise _refused(_("「{name}」の値が正しくありません。").format(name=where)) from error
    except (OSError, ValueError, RecursionError) as error:
        raise _refused(_("ファイルを開けないか、TOML として読めません。")) from error


def _refused(why: str) -> SuiteError:
    return SuiteError(
        _("訓練の台本を読み取れませんでした。"),
        why,
        _("台本のファイルを直してください。訓練は台本がなくても始められます。"),
        "LIAISON-012",
    )
