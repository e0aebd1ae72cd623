"""What a liaison laptop's own kiosk shows: the file that the profile has put there, read as hostile."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import SuiteError
from core.i18n import _
from liaison.steps.documents import TARGET
from liaison.steps.kiosk import FILE

MAX_FILE = 256 * 1024
DOCUMENTS = Path(TARGET) / "index.html"


class Shown(BaseModel):
    """``contacts``: (who, phone); ``links``: (title, address); ``networks``: Wi-Fi names that are set up."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str = Field(max_length=80)
    contacts: list[tuple[str, str]] = Field(default=[], max_length=12)
    links: list[tuple[str, str]] = Field(default=[], max_length=100)
    documents: bool = False
    networks: list[str] = Field(default=[], max_length=10)


def read(path: Path = Path(FILE)) -> Shown:
    """SuiteError LIAISON-013 if the laptop has not been prepared or the file is damaged."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
        if len(content) > MAX_FILE:
            raise ValueError("too large")
        shown = Shown.model_validate_json(content)
        if any(not address.startswith(("https://", "http://")) for _title, address in shown.links):
            raise ValueError("not a web address")
    except (OSError, ValueError, ValidationError) as error:
        raise SuiteError(
            _("案内画面を開けません。"),
            _("この端末は、連絡員端末として準備されていないか、案内のファイルが壊れています。"),
            _("端末を貸し出した窓口に知らせてください。"),
            "LIAISON-013",
        ) from error
    return shown
