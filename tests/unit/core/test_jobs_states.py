"""The job state machine against a model: any order of submit, report, pause, cancel, end in two lanes."""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from core.errors import SuiteError
from core.jobs import Job, JobHandle, JobRunner, Report, Status

PATIENCE = 10.0
Command = Callable[[Report], bool]  # what the job does next; False: it ends


@dataclass
class Model:
    """What one job must look like; ``progress`` is only told once a report has passed."""

    handle: JobHandle[None]
    lane: str
    cancellable: bool
    commands: queue.Queue[Command]
    status: Status = Status.QUEUED
    cancel: bool = False
    pause: bool = False
    progress: int = 0
    pending: int | None = None  # a report held by a pause
    reports: int = field(default=0)


class Jobs(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = JobRunner()
        self.jobs: list[Model] = []

    def teardown(self) -> None:
        for job in self.jobs:
            job.commands.put(lambda _report: False)
        assert self.runner.close(PATIENCE)
        assert all(job.handle.state.status.final for job in self.jobs)

    @rule(lane=st.sampled_from("ab"), cancellable=st.booleans())
    def submit(self, lane: str, cancellable: bool) -> None:
        commands: queue.Queue[Command] = queue.Queue()

        def work(report: Report) -> None:
            while commands.get(timeout=PATIENCE)(report):
                pass

        handle = self.runner.submit(Job("題", work, lane, cancellable))
        self.jobs.append(Model(handle, lane, cancellable, commands))
        self._advance(lane)

    @precondition(lambda self: self._with(Status.RUNNING))
    @rule(data=st.data())
    def report(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(self._with(Status.RUNNING)))
        job.reports += 1
        number = job.reports
        job.commands.put(lambda report: report(number) is None)
        if job.cancel:
            self._end(job, Status.CANCELLED)
        elif job.pause:
            job.status, job.pending = Status.PAUSED, number
        else:
            job.progress = number

    @precondition(lambda self: self._with(Status.RUNNING))
    @rule(
        data=st.data(),
        error=st.sampled_from([None, SuiteError("何", "なぜ", "次", "T-1"), OSError(), SystemExit()]),
    )
    def end(self, data: st.DataObject, error: BaseException | None) -> None:
        job = data.draw(st.sampled_from(self._with(Status.RUNNING)))

        def finish(_report: Report) -> bool:
            if error is not None:
                raise error
            return False

        job.commands.put(finish)
        self._end(job, Status.DONE if error is None else Status.FAILED)

    @precondition(lambda self: self.jobs)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(self.jobs))
        expected = job.cancellable and not job.status.final
        assert job.handle.cancel() is expected
        if not expected:
            return
        job.cancel, job.pause = True, False
        if job.status in (Status.QUEUED, Status.PAUSED):
            self._end(job, Status.CANCELLED)

    @precondition(lambda self: self.jobs)
    @rule(data=st.data())
    def pause(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(self.jobs))
        assert job.handle.pause() is (not job.status.final)
        job.pause = not job.status.final

    @precondition(lambda self: self.jobs)
    @rule(data=st.data())
    def resume(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(self.jobs))
        assert job.handle.resume() is job.pause
        job.pause = False
        if job.status is Status.PAUSED:
            job.status = Status.RUNNING
            job.progress, job.pending = job.pending if job.pending is not None else job.progress, None

    @invariant()
    def looks_like_the_model(self) -> None:
        for job in self.jobs:
            self._settle(job)

    @invariant()
    def one_at_a_time_in_a_lane(self) -> None:
        for lane in "ab":
            active = [j for j in self.jobs if j.lane == lane and j.status in (Status.RUNNING, Status.PAUSED)]
            assert len(active) <= 1

    def _with(self, status: Status) -> list[Model]:
        return [job for job in self.jobs if job.status is status]

    def _end(self, job: Model, status: Status) -> None:
        job.status = status
        self._advance(job.lane)

    def _advance(self, lane: str) -> None:
        """The first queued job starts when its lane is free; one that is held shows as paused at once."""
        jobs = [job for job in self.jobs if job.lane == lane]
        if any(job.status in (Status.RUNNING, Status.PAUSED) for job in jobs):
            return
        for job in jobs:
            if job.status is Status.QUEUED:
                job.status = Status.PAUSED if job.pause else Status.RUNNING
                return

    def _settle(self, job: Model) -> None:
        def same() -> bool:
            state: Any = job.handle._state
            return state.status is job.status and state.done == job.progress

        with job.handle._changed:
            assert job.handle._changed.wait_for(same, PATIENCE), (job.handle._state, job)
            assert (job.handle._state.error is not None) == (job.status is Status.FAILED)


TestJobs = Jobs.TestCase
TestJobs.settings = settings(max_examples=60, stateful_step_count=25)
