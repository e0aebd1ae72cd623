"""Jobs: serial in a lane, parallel across, cancel and pause in every state, every error made readable."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from core.crash import UnexpectedError
from core.errors import SuiteError
from core.jobs import Cancelled, Job, JobHandle, JobRunner, JobState, Report, Status

PATIENCE = 10.0  # seconds until a test gives up; nothing is measured with it


@pytest.fixture
def told() -> list[JobState]:
    return []


@pytest.fixture
def runner(told: list[JobState]) -> Iterator[JobRunner]:
    runner = JobRunner(told.append)
    yield runner
    assert runner.close(PATIENCE)


def reached(handle: JobHandle[object], status: Status) -> None:
    """Wait until the job is there."""
    with handle._changed:
        assert handle._changed.wait_for(lambda: handle._state.status is status, PATIENCE), handle._state


def statuses(told: list[JobState], number: int) -> list[Status]:
    return [state.status for state in told if state.number == number]


def test_a_job_reports_and_returns(runner: JobRunner, told: list[JobState]) -> None:
    def work(report: Report) -> str:
        report(1, 2, "半分")
        report(2, 2)
        return "済み"

    handle = runner.submit(Job("題", work, "lane"))
    assert handle.result(PATIENCE) == "済み"
    assert [(s.status, s.done, s.total, s.text) for s in told] == [
        (Status.QUEUED, 0, None, ""),
        (Status.RUNNING, 0, None, ""),
        (Status.RUNNING, 1, 2, "半分"),
        (Status.RUNNING, 2, 2, ""),
        (Status.DONE, 2, 2, ""),
    ]
    assert {(s.title, s.lane, s.number) for s in told} == {("題", "lane", 1)}
    times = [s.time for s in told]
    assert times == sorted(times)
    assert told[-1].started is not None


def test_a_lane_is_serial_and_in_order(runner: JobRunner) -> None:
    inside: list[int] = []
    most: list[int] = []
    order: list[int] = []

    def work(number: int) -> None:
        inside.append(number)
        most.append(len(inside))
        order.append(number)
        inside.remove(number)

    handles = [runner.submit(Job("題", lambda _r, n=n: work(n), "one")) for n in range(50)]
    for handle in handles:
        handle.result(PATIENCE)
    assert order == list(range(50))
    assert max(most) == 1


def test_lanes_are_parallel(runner: JobRunner) -> None:
    meeting = threading.Barrier(3)
    handles = [runner.submit(Job("題", lambda _r: meeting.wait(PATIENCE), f"lane {n}")) for n in range(3)]
    assert sorted(handle.result(PATIENCE) for handle in handles) == [0, 1, 2]


def test_an_idle_lane_has_no_thread_and_starts_again(runner: JobRunner) -> None:
    for _ in range(3):
        assert runner.submit(Job("題", lambda _r: 1, "again")).result(PATIENCE) == 1
        for thread in threading.enumerate():
            if thread.name == "lane again":
                thread.join(PATIENCE)
        assert "lane again" not in {thread.name for thread in threading.enumerate()}


def test_cancel_while_queued_never_starts_it(runner: JobRunner, told: list[JobState]) -> None:
    gate = threading.Event()
    started: list[int] = []
    first = runner.submit(Job("前", lambda _r: gate.wait(PATIENCE), "lane"))
    second = runner.submit(Job("後", lambda _r: started.append(1), "lane"))
    assert second.cancel()
    assert second.state.status is Status.CANCELLED
    gate.set()
    first.result(PATIENCE)
    with pytest.raises(Cancelled):
        second.result(PATIENCE)
    third = runner.submit(Job("次", lambda _r: 3, "lane"))
    assert third.result(PATIENCE) == 3
    assert started == []
    assert statuses(told, 2) == [Status.QUEUED, Status.CANCELLED]


def test_cancel_while_running_stops_at_the_next_report(runner: JobRunner, told: list[JobState]) -> None:
    cleaned = threading.Event()

    def work(report: Report) -> None:
        try:
            while True:
                report(1)
        finally:
            cleaned.set()

    handle = runner.submit(Job("題", work, "lane"))
    reached(handle, Status.RUNNING)
    assert handle.cancel()
    with pytest.raises(Cancelled):
        handle.result(PATIENCE)
    assert cleaned.is_set()
    assert statuses(told, 1)[-1] is Status.CANCELLED
    assert not handle.cancel()
    assert not handle.pause()
    assert not handle.resume()


def test_pause_holds_and_resume_goes_on(runner: JobRunner, told: list[JobState]) -> None:
    allowed = threading.Semaphore(0)
    steps: list[int] = []

    def work(report: Report) -> int:
        for step in range(3):
            assert allowed.acquire(timeout=PATIENCE)
            report(step)
            steps.append(step)
        return 3

    handle = runner.submit(Job("題", work, "lane"))
    reached(handle, Status.RUNNING)
    assert handle.pause()
    allowed.release(3)
    reached(handle, Status.PAUSED)
    assert steps == []
    assert handle.resume()
    assert handle.result(PATIENCE) == 3
    assert statuses(told, 1) == [
        Status.QUEUED,
        Status.RUNNING,
        Status.PAUSED,
        *[Status.RUNNING] * 4,
        Status.DONE,
    ]


def test_a_job_paused_while_queued_waits_when_its_turn_comes(runner: JobRunner) -> None:
    gate = threading.Event()
    runner.submit(Job("前", lambda _r: gate.wait(PATIENCE), "lane"))
    held = runner.submit(Job("後", lambda _r: "went on", "lane"))
    assert held.pause()
    gate.set()
    reached(held, Status.PAUSED)
    assert held.resume()
    assert held.result(PATIENCE) == "went on"


def test_cancel_while_paused(runner: JobRunner, told: list[JobState]) -> None:
    def work(report: Report) -> None:
        while True:
            report()

    handle = runner.submit(Job("題", work, "lane"))
    handle.pause()
    reached(handle, Status.PAUSED)
    assert handle.cancel()
    with pytest.raises(Cancelled):
        handle.result(PATIENCE)
    after = statuses(told, 1)
    assert after[after.index(Status.PAUSED) :] == [Status.PAUSED, Status.CANCELLED], "no flicker"


def test_pause_after_cancel_does_not_show(runner: JobRunner, told: list[JobState]) -> None:
    gate = threading.Event()

    def work(report: Report) -> None:
        gate.wait(PATIENCE)
        report()

    handle = runner.submit(Job("題", work, "lane"))
    reached(handle, Status.RUNNING)
    assert handle.cancel()
    assert handle.pause()
    gate.set()
    with pytest.raises(Cancelled):
        handle.result(PATIENCE)
    assert statuses(told, 1) == [Status.QUEUED, Status.RUNNING, Status.CANCELLED]


def test_what_must_not_be_cancelled_is_not(runner: JobRunner) -> None:
    gate = threading.Event()

    def work(report: Report) -> str:
        gate.wait(PATIENCE)
        report(1, 1)
        return "whole"

    handle = runner.submit(Job("題", work, "lane", cancellable=False))
    assert not handle.cancel()
    gate.set()
    assert handle.result(PATIENCE) == "whole"


def test_an_expected_failure_is_passed_on_as_it_is(runner: JobRunner, told: list[JobState]) -> None:
    error = SuiteError("何", "なぜ", "次", "TEST-001")

    def work(_report: Report) -> None:
        raise error

    handle = runner.submit(Job("題", work, "lane"))
    with pytest.raises(SuiteError) as caught:
        handle.result(PATIENCE)
    assert caught.value is error
    assert told[-1].status is Status.FAILED
    assert told[-1].error is error


@pytest.mark.parametrize("kind", [ValueError, KeyError, MemoryError, SystemExit, KeyboardInterrupt])
def test_an_unexpected_failure_gets_a_report_without_the_data(
    runner: JobRunner, kind: type[BaseException], caplog: pytest.LogCaptureFixture
) -> None:
    def work(_report: Report) -> None:
        raise kind("山田太郎 090-1234-5678")

    handle = runner.submit(Job("山田太郎の予定", work, "lane"))
    with pytest.raises(UnexpectedError) as caught:
        handle.result(PATIENCE)
    error = caught.value
    assert error.code == "GEN-001"
    assert kind.__name__ in error.report
    assert "tests/unit/core/test_jobs.py:" in error.report
    assert "山田" not in error.report + str(error)
    assert "山田" not in "".join(record.getMessage() for record in caplog.records)
    assert runner.submit(Job("次", lambda _r: 1, "lane")).result(PATIENCE) == 1, "the lane lives on"


def test_a_display_that_fails_does_not_fail_the_work(caplog: pytest.LogCaptureFixture) -> None:
    def show(_state: JobState) -> None:
        raise RuntimeError("no screen")

    runner = JobRunner(show)
    assert runner.submit(Job("題", lambda report: report(1) or 5, "lane")).result(PATIENCE) == 5
    assert runner.close(PATIENCE)
    assert "the display of a job failed" in caplog.text


def test_a_display_may_submit_the_next_job() -> None:
    following: list[JobHandle[str]] = []

    def show(state: JobState) -> None:
        if state.title == "前" and state.status is Status.QUEUED:
            following.append(runner.submit(Job("後", lambda _r: "second", "lane")))

    runner = JobRunner(show)
    assert runner.submit(Job("前", lambda _r: "first", "lane")).result(PATIENCE) == "first"
    assert following[0].result(PATIENCE) == "second"
    assert runner.close(PATIENCE)


def test_waiting_for_a_result_can_time_out(runner: JobRunner) -> None:
    gate = threading.Event()
    handle = runner.submit(Job("題", lambda _r: gate.wait(PATIENCE), "lane"))
    with pytest.raises(TimeoutError):
        handle.result(0)
    gate.set()
    assert handle.result(PATIENCE) is True


def test_close_cancels_all_and_waits(told: list[JobState]) -> None:
    runner = JobRunner(told.append)

    def work(report: Report) -> None:
        while True:
            report()

    running = runner.submit(Job("走", work, "a"))
    paused = runner.submit(Job("止", work, "b"))
    queued = runner.submit(Job("待", work, "a"))
    paused.pause()
    reached(running, Status.RUNNING)
    reached(paused, Status.PAUSED)
    assert runner.close(PATIENCE)
    assert {handle.state.status for handle in (running, paused, queued)} == {Status.CANCELLED}
    with pytest.raises(RuntimeError):
        runner.submit(Job("後", work, "a"))


def test_close_lets_what_must_not_be_cancelled_finish() -> None:
    runner = JobRunner()

    def work(report: Report) -> str:
        report(1, 2)
        report(2, 2)
        return "whole"

    handle = runner.submit(Job("題", work, "lane", cancellable=False))
    handle.pause()
    reached(handle, Status.PAUSED)
    assert runner.close(PATIENCE)
    assert handle.result(0) == "whole"


def test_close_gives_up_on_a_job_that_never_reports() -> None:
    runner = JobRunner()
    gate = threading.Event()
    handle = runner.submit(Job("題", lambda _r: gate.wait(PATIENCE), "lane"))
    reached(handle, Status.RUNNING)
    assert not runner.close(0.01)
    gate.set()
    assert runner.close(PATIENCE)
