"""Errors written for the person who sees them: what did not happen, why, what to do next, a code."""

from __future__ import annotations

from core.i18n import bracketed, sentences


class SuiteError(Exception):
    """An expected failure. Every part is a finished sentence in the user's language.

    what: what did not happen. why: the reason. next_step: what the person does now.
    code: stable, ``AREA-nnn`` (for example ``FACE-003``); support searches for it.
    """

    def __init__(self, what: str, why: str, next_step: str, code: str) -> None:
        super().__init__(what, why, next_step, code)
        self.what = what
        self.why = why
        self.next_step = next_step
        self.code = code

    def __str__(self) -> str:
        return sentences(self.what, self.why, self.next_step) + bracketed(self.code)
