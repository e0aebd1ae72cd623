"""What an unexpected exception may say: types and places in code, never messages (they quote the data)."""

from __future__ import annotations

import traceback
from pathlib import Path
from types import TracebackType

from core.errors import SuiteError
from core.i18n import _

_ROOT = Path(__file__).resolve().parent.parent


class UnexpectedError(SuiteError):
    """GEN-001. ``report`` can be copied into an inquiry: no message, no argument, no local value."""

    def __init__(self, report: str) -> None:
        super().__init__(
            _("思いがけない誤りのため、この作業は終わりませんでした。"),
            _("プログラムの中で想定していないことが起きました。"),
            _("もう一度お試しください。続くときは「報告をコピー」して情報担当に送ってください。"),
            "GEN-001",
        )
        self.report = report


def unexpected(error: BaseException) -> UnexpectedError:
    """The error that a person sees for an exception nobody foresaw."""
    result = UnexpectedError(describe(error))
    result.__cause__ = error
    return result


def describe(error: BaseException) -> str:
    """One line an exception of the chain, with the places of our own files: ``KeyError: auth/pin.py:31``."""
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen and len(lines) < 10:
        seen.add(id(current))
        lines.append(f"{_name(current)}: {places(current.__traceback__)}")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n".join(lines)


def places(trace: TracebackType | None) -> str:
    """``file:line`` of our own frames, outermost first, at most the last 20; ``-`` without one."""
    frames = traceback.extract_tb(trace)
    own = [f"{_own(frame.filename)}:{frame.lineno}" for frame in frames if _own(frame.filename)]
    return " > ".join(own[-20:]) or "-"


def _own(filename: str) -> str:
    path = Path(filename)
    if not path.is_relative_to(_ROOT) or any(part.startswith(".") for part in path.relative_to(_ROOT).parts):
        return ""
    return path.relative_to(_ROOT).as_posix()


def _name(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    return f"{kind} {error.code}" if isinstance(error, SuiteError) else kind
