"""The self-test: does what this terminal needs work here, now? Each answer in bounded time.

``ok`` is said only of what was tried and worked. What was not tried, did not answer in time or is not set up
is ``unknown``, which never counts as ok.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.crash import unexpected
from core.errors import SuiteError
from core.i18n import _, sentences

OF_A_VERSION = ("program", "window", "disk")
"""What must be ok before a new version takes over: what depends on the version, not on the room around it."""


class State(StrEnum):
    """Worst last, for ``max`` by :func:`worst`."""

    OK = "ok"
    UNKNOWN = "unknown"
    FAIL = "fail"


@dataclass(frozen=True)
class Outcome:
    """What was seen, in a sentence, and what to do next (empty where nothing is to be done).

    ``code``: stable, without anything personal in it: it may leave the machine in a support bundle."""

    state: State
    what: str
    next_step: str = ""
    code: str = ""


@dataclass(frozen=True)
class Check:
    """One question. ``look`` may raise SuiteError (a failure in words); ``seconds``: how long it may take."""

    key: str
    title: str
    look: Callable[[], Outcome]
    seconds: float = 8.0


@dataclass(frozen=True)
class Result:
    """The answer to ``key`` after ``seconds``."""

    key: str
    title: str
    outcome: Outcome
    seconds: float


def ok(what: str) -> Outcome:
    return Outcome(State.OK, what)


def failed(what: str, next_step: str, code: str) -> Outcome:
    return Outcome(State.FAIL, what, next_step, code)


def unknown(what: str, next_step: str, code: str) -> Outcome:
    return Outcome(State.UNKNOWN, what, next_step, code)


def from_error(error: SuiteError, state: State = State.FAIL) -> Outcome:
    """A failure whose words the feature has already found."""
    return Outcome(state, sentences(error.what, error.why), error.next_step, error.code)


def run(checks: Sequence[Check], tell: Callable[[Result], object] = lambda _result: None) -> list[Result]:
    """Ask all ``checks`` at once; their results in the order of ``checks``, each also told as it comes.

    A check that does not answer in its time is left behind on its own thread (a daemon: it holds nobody up)
    and is unknown.
    """
    answers: queue.SimpleQueue[Result] = queue.SimpleQueue()
    begin = time.monotonic()
    for check in checks:
        threading.Thread(
            target=_ask, args=(check, answers), name=f"self-test {check.key}", daemon=True
        ).start()
    results: dict[str, Result] = {}
    waiting = {check.key: check for check in checks}
    while waiting:
        ends = min(check.seconds for check in waiting.values()) + begin
        try:
            result = answers.get(timeout=max(0.0, ends - time.monotonic()))
            if result.key not in waiting:  # it was given up, and answers after all
                continue
            arrived = [result]
        except queue.Empty:
            late = [each for each in waiting.values() if time.monotonic() >= begin + each.seconds]
            arrived = [Result(each.key, each.title, _no_answer(each), each.seconds) for each in late]
        for result in arrived:
            results[result.key] = result
            del waiting[result.key]
            tell(result)
    return [results[check.key] for check in checks]


def worst(results: Sequence[Result]) -> State:
    """The state of the whole: failed if anything failed, ok only if everything is."""
    if not results:
        return State.UNKNOWN
    return max((result.outcome.state for result in results), key=list(State).index)


def _ask(check: Check, answers: queue.SimpleQueue[Result]) -> None:
    begin = time.monotonic()
    try:
        outcome = check.look()
    except SuiteError as error:
        outcome = from_error(error)
    except Exception as error:  # noqa: BLE001 - a check that breaks is an answer too, and must not be silent
        outcome = from_error(unexpected(error))
    answers.put(Result(check.key, check.title, outcome, time.monotonic() - begin))


def _no_answer(check: Check) -> Outcome:
    return unknown(
        _("{seconds:.0f} 秒待ちましたが、答えがありませんでした。").format(seconds=check.seconds),
        _("少し待って、もう一度診断してください。続くときは情報担当に連絡してください。"),
        "SELF-001",
    )
