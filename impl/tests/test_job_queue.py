"""The queue of jobs: who is next, what comes back first, and that each job ends once."""

from __future__ import annotations

from poolproof._front.apply_jobs import RUN_CALLS
from poolproof._front.job_queue import JobQueue
from poolproof._front.jobs import Job, Span
from poolproof._wire.calls import Chunk, Star, name_of
from poolproof._wire.channel import Body

from .jobs import apply_call, deliver_echo, imap_job, map_job, not_here, settle


def _queue() -> tuple[JobQueue, list[Job]]:
    finished: list[Job] = []
    return JobQueue(settle, finished.append), finished


def _next(queue: JobQueue, limit: int = 1) -> tuple[Job, Span]:
    found = queue.next(lambda job: job.take(limit))
    assert found is not None, "expected a job with tasks"
    return found


def test_jobs_are_served_in_the_order_of_their_submission() -> None:
    queue, _ = _queue()
    first, second = map_job(range(2))[0], map_job(range(2))[0]
    queue.submit(first)
    queue.submit(second)
    assert [_next(queue)[0] for _ in range(4)] == [first, first, second, second]
    assert queue.next(lambda job: job.take(1)) is None
    assert not queue.waiting
    assert not queue.empty, "every task is with a worker, and no job is over"


def test_a_job_whose_input_has_nothing_yet_keeps_its_place_and_lets_others_pass() -> None:
    queue, _ = _queue()
    slow, results, _ = imap_job(range(9), buffersize=1)
    quick, _ = map_job(range(2))
    queue.submit(slow)
    queue.submit(quick)
    job, span = _next(queue)
    assert job is slow
    assert _next(queue)[0] is quick, "the window of one is used up until its result is taken"
    deliver_echo(slow, span)
    assert next(results) == 0
    assert _next(queue)[0] is slow


def test_calls_that_never_stop_are_remembered_for_a_while_only() -> None:
    """Between two calls there are always some that wait, so that one run could go on for ever."""
    queue, finished = _queue()
    for number in range(10):
        queue.submit_call(apply_call(number))
    order = []
    for number in range(10, 3 * RUN_CALLS):
        queue.submit_call(apply_call(number))
        job, span = _next(queue)
        order.append(span.tasks[0][1][0])
        deliver_echo(job, span)
        queue.finish_if_complete(job)
        for over in finished:
            queue.drop(over)
    assert order == list(range(3 * RUN_CALLS - 10))
    assert len(finished) == 2
    assert all(job.where(RUN_CALLS - 1) for job in finished)


def test_a_job_begins_with_what_a_job_of_the_same_function_has_learnt() -> None:
    queue, _ = _queue()
    first, later = map_job(range(9))[0], imap_job(range(9))[0]
    queue.submit(first)
    assert first.sizer.items(9, 1) == 1
    first.sizer.observe(1, 1)
    queue.submit(later)
    assert later.sizer.items(9, 1) > 1


def test_naming_a_function_runs_no_user_code() -> None:
    class Nosy:
        def __call__(self, item: object) -> object:
            return item

        def __getattribute__(self, name: str) -> object:
            raise AssertionError(f"{name} was asked for")

    assert name_of(Nosy()) is None
    assert name_of(Chunk(Nosy(), star=False)) is None
    assert name_of(Star(not_here)) == name_of(not_here) == "not_here"
    assert name_of(abs) == "abs"


def test_tasks_that_come_back_go_first() -> None:
    queue, _ = _queue()
    first, second = map_job(range(1))[0], map_job(range(2))[0]
    queue.submit(first)
    queue.submit(second)
    _, span = _next(queue)
    assert _next(queue)[0] is second
    queue.requeue(first, span)
    assert _next(queue) == (first, span)


def test_tasks_of_an_abandoned_job_do_not_come_back() -> None:
    queue, _ = _queue()
    job, _ = map_job(range(3))
    queue.submit(job)
    _, span = _next(queue, 2)
    assert list(queue.drop_all()) == [job]
    queue.requeue(job, span)
    queue.requeue_suspects(job, span)
    assert not queue.waiting
    assert queue.next(lambda job: job.take(1)) is None


def test_tasks_of_which_one_cannot_be_loaded_come_back_one_by_one() -> None:
    queue, _ = _queue()
    job, _ = map_job(range(3))
    queue.submit(job)
    queue.requeue_suspects(job, _next(queue, 3)[1])
    assert [list(span.tasks) for span in job.suspects] == [[0], [1], [2]]
    assert queue.waiting


def test_calls_in_a_row_are_one_job() -> None:
    queue, _ = _queue()
    for number in range(3):
        queue.submit_call(apply_call(number))
    assert [task[1] for task in _next(queue, 9)[1].tasks] == [(0,), (1,), (2,)]


def test_a_call_behind_another_job_is_no_part_of_a_run_before_it() -> None:
    queue, _ = _queue()
    queue.submit_call(apply_call(0))
    between, _ = map_job(range(1))
    queue.submit(between)
    queue.submit_call(apply_call(1))
    assert [task[1] for task in _next(queue, 9)[1].tasks] == [(0,)]
    assert _next(queue, 9)[0] is between
    assert [task[1] for task in _next(queue, 9)[1].tasks] == [(1,)]


def test_a_call_that_is_pickled_travels_alone() -> None:
    queue, _ = _queue()
    queue.submit_call(apply_call(0))
    pickled = queue.new_run()
    pickled.add(apply_call(1))
    pickled.pickled = Body([b"it"])
    queue.submit(pickled)
    queue.submit_call(apply_call(2))
    assert [len(_next(queue, 9)[1].tasks) for _ in range(3)] == [1, 1, 1]


def test_a_job_is_finished_when_its_last_outcome_is_there() -> None:
    queue, finished = _queue()
    job, _ = map_job(range(2))
    queue.submit(job)
    deliver_echo(job, _next(queue)[1])
    queue.finish_if_complete(job)
    assert not finished
    deliver_echo(job, _next(queue)[1])
    queue.finish_if_complete(job)
    assert finished == [job]


def test_an_input_that_ends_behind_its_last_outcome_finishes_its_job() -> None:
    queue, finished = _queue()
    job, _, _ = imap_job([], buffersize=1)
    queue.submit(job)
    assert finished == [job]


def test_a_job_is_over_once() -> None:
    queue, _ = _queue()
    jobs = [map_job(range(2))[0], imap_job(range(2))[0]]
    for job in jobs:
        queue.submit(job)
    assert queue.drop(jobs[0])
    assert not queue.drop(jobs[0])
    assert list(queue.drop_all()) == [jobs[1]]
    assert queue.empty
    assert not queue.waiting
    assert not queue.has_fed_tasks()


def test_who_adopts_a_job_sees_it_through() -> None:
    queue, _ = _queue()
    job = queue.new_run()
    job.add(apply_call(0))
    span = job.take(1)
    assert span is not None
    queue.adopt([job])
    assert not queue.empty
    queue.requeue(job, span)
    assert _next(queue) == (job, span)
    assert queue.drop(job)


def test_what_comes_back_keeps_its_place_among_the_jobs() -> None:
    jobs = JobQueue(settle, lambda _: None)
    first, second = map_job(range(4))[0], map_job(range(4))[0]
    spans = []
    for job in (first, second):
        jobs.submit(job)
        spans += [job.take(2), job.take(2)]
    assert jobs.next(lambda job: job.take(1)) is None
    for job, span in ((second, spans[3]), (first, spans[1]), (second, spans[2]), (first, spans[0])):
        assert span is not None
        jobs.requeue(job, span)
    order = []
    while (found := jobs.next(lambda job: job.take(2))) is not None:
        order.append((found[0] is first, found[1].start))
    assert order == [(True, 0), (True, 2), (False, 0), (False, 2)]
