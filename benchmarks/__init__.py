"""asv history of the reference pool; `benchmarks/compare/` holds it beside its peers.

Every spawned worker of a benchmark imports this package on its way to `benchmarks._work`, so it
stays light, and it repairs two things that no start-up figure survives.
`benchmarks/tests/test_children.py` fails when either is removed.
"""

import sys
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parent.parent)

# asv imports this package through a private hook in sys.meta_path.  A spawned worker has no such
# hook, cannot import `benchmarks`, and dies; the stdlib's Pool replaces it for ever.
# multiprocessing does hand sys.path on. Last, so that nothing in the checkout shadows an installed
# package.
if _ROOT not in sys.path:
    sys.path.append(_ROOT)

# Workers under spawn and forkserver run their parent's __main__ again: asv's whole runner, or all
# of pytest, some 50 ms each, which would be booked on the pool.  Without a __file__ multiprocessing
# leaves __main__ alone.
_RUNNERS = frozenset({"benchmark.py", "pytest", "py.test"})
_main = sys.modules.get("__main__")
if _main is not None and Path(getattr(_main, "__file__", None) or "").name in _RUNNERS:
    _main.__file__ = None
