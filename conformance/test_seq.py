"""SEQ: whole sequences of calls, from one thread or from several."""

from concurrent.futures import ThreadPoolExecutor

from hypothesis import example, given, settings
from hypothesis import strategies as st

from .clauses import clause
from .harness import expect
from .harness.bound import BoundSubject
from .harness.strategies import PROCESSES
from .sequence_model import Others, judge, unaccounted
from .sequences import METHODS, Get, Player, Sequence, Submit, sequences

NEEDS = (*METHODS, "chunksize", "next_timeout", "imap_after_error", "reuse_after_error")
SHARED = (*NEEDS, "concurrent_jobs")
LOSS: Sequence = [Submit("apply_async", "die"), Get(0)]
"""The shortest sequence with a death: what loses its tasks is found out by the first example."""
SEVERAL = settings(max_examples=10)
"""Examples of what threads do; each example plays many interleavings by itself."""


def _play(subject: BoundSubject, processes: int, plans: list[Sequence]) -> None:
    """Play the sequences, each in a thread where there are several, and hold them to the model."""
    with subject.open(processes) as pool:
        players = [Player(subject, pool, thread) for thread in range(len(plans))]
        if len(plans) == 1:
            outcomes = [players[0].play(plans[0])]
        else:
            subject.no_script(f"from here on {len(plans)} threads call, in this order")
            with ThreadPoolExecutor(len(plans)) as threads, subject.phase("the threads to end"):
                outcomes = list(threads.map(Player.play, players, plans))
    for thread, plan in enumerate(plans):
        others = Others.of([other for other in plans if other is not plan])
        wrong = judge(plan, outcomes[thread], thread, others)
        if wrong:
            expect.equal(wrong.observed, wrong.expected, f"what {wrong.step} comes to:")
    twice = unaccounted(plans, subject.history())
    expect.true(not twice, expected="no item to run twice", observed=str(twice))


@clause("SEQ-01", needs=NEEDS)
@given(sequence=sequences(), processes=PROCESSES)
def test_a_sequence_comes_to_what_the_model_allows(
    subject: BoundSubject, sequence: Sequence, processes: int
) -> None:
    """Every call of a sequence from one thread comes to what a pool in slow motion allows."""
    _play(subject, processes, [sequence])


@clause("SEQ-02", needs=SHARED)
@SEVERAL
@given(plans=st.lists(sequences(ends=False), min_size=2, max_size=4), processes=PROCESSES)
def test_threads_play_their_sequences_as_if_alone(
    subject: BoundSubject, plans: list[Sequence], processes: int
) -> None:
    """Sequences of several threads on one pool each come to what they would alone."""
    _play(subject, processes, plans)


@clause("SEQ-03", needs=(*NEEDS, "kills", "children"))
@example(sequence=LOSS, processes=2)
@given(sequence=sequences(faults=True), processes=PROCESSES)
def test_a_sequence_with_deaths_ends(
    subject: BoundSubject, sequence: Sequence, processes: int
) -> None:
    """Every call of a sequence in which workers die ends, with its result or an error."""
    _play(subject, processes, [sequence])


@clause("SEQ-04", needs=(*SHARED, "kills", "children"))
@SEVERAL
@example(plans=[LOSS, LOSS], processes=2)
@given(plans=st.lists(sequences(faults=True), min_size=2, max_size=4), processes=PROCESSES)
def test_sequences_of_threads_with_deaths_and_ends_end(
    subject: BoundSubject, plans: list[Sequence], processes: int
) -> None:
    """Every call of several threads ends, though workers die and the pool is ended under them."""
    _play(subject, processes, plans)
