"""What Hypothesis draws pools' work from.  Draw in `@given`, not in the body: it is forked."""

from hypothesis import strategies as st

ITEMS = st.lists(st.integers(-100, 100), max_size=40)
"""Lists of small integers, the empty one and repeated items included."""

CHUNKSIZES = st.none() | st.integers(1, 50)
"""None, or a chunk size from one item to more than there are."""

PROCESSES = st.integers(1, 4)
"""Worker counts: one, as many as processors, more than that."""

ERRORS = st.builds(
    lambda kind, args: kind(*args),
    st.sampled_from([ValueError, KeyError, TypeError, ZeroDivisionError, RuntimeError, OSError]),
    st.lists(st.integers() | st.text(max_size=20), max_size=3),
)
"""Exceptions that survive pickling, of types that users catch."""
