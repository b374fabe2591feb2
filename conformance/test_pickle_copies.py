"""PICKLE: what tasks share with each other, which is nothing, and a task with its function.

And when a task is loaded: when it is to run.
"""

import itertools
import random
from collections.abc import Callable
from typing import Any

from . import payloads, tasks
from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.history import Event
from .job_kinds import CHUNKED, JOBS, Job

MANY = 40
"""Tasks of a job: a pool that takes several together finds enough of them."""
BITS = 32
SEED = 7


def _declared(subject: BoundSubject) -> list[tuple[str, Job]]:
    has = subject.capabilities.has
    return [(method, job) for method, job in JOBS.items() if has(method, subject.start_method)]


def _chunked(subject: BoundSubject) -> list[tuple[str, Job]]:
    has = subject.capabilities.has
    return [(k, job) for k, (method, job) in CHUNKED.items() if has(method, subject.start_method)]


@clause("PICKLE-20", needs=("map", "chunksize", "processes"))
def test_each_task_has_an_argument_of_its_own(subject: BoundSubject) -> None:
    """Tasks that are given the same object have a copy each: none sees what another changed."""
    settings = {"seed": SEED}
    subject.shared(settings)
    with subject.open() as pool:
        for method, job in _declared(subject):
            taken = list(job(pool, tasks.take_seed, [settings] * MANY))
            expect.equal(taken, [SEED] * MANY, f"what the tasks of {method} took")


@clause("PICKLE-21", needs=("map", "chunksize", "processes"))
def test_each_task_has_a_function_of_its_own(subject: BoundSubject) -> None:
    """A task calls its function in the state in which that was submitted."""
    turnstile, generator = payloads.Turnstile(), random.Random(SEED)  # noqa: S311 - no secret
    first = random.Random(SEED).getrandbits(BITS)  # noqa: S311 - as above
    subject.shared(turnstile)
    subject.shared(generator, f"random.Random({SEED})")
    functions: list[tuple[Callable[[Any], Any], int]] = [
        (turnstile, 1),
        (turnstile.push, 1),
        (generator.getrandbits, first),
    ]
    with subject.open() as pool:
        for method, job in _declared(subject):
            for function, result in functions:
                seen = list(job(pool, function, [BITS] * MANY))
                expect.equal(seen, [result] * MANY, f"what the tasks of {method} returned")
    workers = 1 if subject.capabilities.has("one_worker") else 2
    with subject.open(workers) as pool:
        for function, result in functions:
            seen = pool.map(function, [BITS] * 4 * workers)
            expect.equal(
                seen,
                [result] * 4 * workers,
                f"what map without chunksize returned for 4 items a worker, {workers} of them",
            )


@clause("PICKLE-22", needs=("map", "chunksize", "processes"))
def test_a_function_travels_together_with_its_arguments(subject: BoundSubject) -> None:
    """An object to which both a function and its argument refer is one object in the worker."""
    graph = payloads.Graph(MANY)
    name = subject.shared(graph)
    for number, node in enumerate(graph.nodes):
        subject.shared(node, f"{name}.nodes[{number}]")
    weights = [10 * number for number in range(MANY)]
    with subject.open() as pool:
        for method, job in [*_declared(subject), *_chunked(subject)]:
            seen = expect.ordered(job(pool, graph.weight_of, graph.nodes))
            expect.equal(seen, weights, f"what {method} found of nodes that are the graph's own")
        if subject.capabilities.has("apply", subject.start_method):
            found = pool.apply(graph.weight_of, (), {"node": graph.nodes[1]})
            expect.equal(found, weights[1], "what apply found of a node given by keyword")


@clause("PICKLE-23", needs=("map", "chunksize", "processes"))
def test_each_task_has_a_result_of_its_own(subject: BoundSubject) -> None:
    """Tasks that return the same object give a copy each: no result changes with another."""
    with subject.open() as pool:
        subject.no_script("each result is changed, and all are looked at then")
        for method, job in _declared(subject):
            results = list(job(pool, tasks.state, list(range(MANY))))
            for number, result in enumerate(results):
                result["number"] = number
            numbers = [result["number"] for result in results]
            expect.equal(numbers, list(range(MANY)), f"what the results of {method} kept")


@clause("PICKLE-24", needs=("map", "chunksize", "processes"))
def test_arguments_are_loaded_once_when_the_task_before_has_ended(subject: BoundSubject) -> None:
    """What a worker does is to load a task's arguments, to run it, to load those of the next."""
    note, task = subject.recorded(tasks.identity), subject.recorded(payloads.number_of)
    subject.no_script("when arguments are loaded is seen in the side channel")
    for method, job in _declared(subject):
        told = len(subject.history())
        with subject.open() as pool:
            arguments = [payloads.Announced(number, note) for number in range(MANY)]
            seen = expect.ordered(job(pool, task, arguments))
        expect.equal(seen, list(range(MANY)), f"the results of {method}")
        _expect_in_turn(subject.history()[told:], method)


def _expect_in_turn(events: list[Event], method: str) -> None:
    for worker in {event.worker for event in events}:
        here = [event for event in events if event.worker == worker]
        ran = [event.item for event in here if not event.item.startswith(payloads.LOADING)]
        in_turn = [line for item in ran for line in (payloads.LOADING + item, item)]
        expect.equal([e.item for e in here], in_turn, f"what a worker of {method} did, in order")
        expect.true(
            all(
                earlier.ended_s is not None and earlier.ended_s <= later.started_s
                for earlier, later in itertools.pairwise(here)
            ),
            expected=f"a worker of {method} to do one after the other",
            observed=f"{here}",
        )
