"""What a body runs in a process of its own, beside the subject's workers.

Imported by spawned children, so it imports nothing that is slow.
"""

import json
from pathlib import Path

from .. import subjects, tasks


def map_in_a_pool(name: str, start_method: str, told: str) -> None:
    """Open the subject here, map, end it; write the results as JSON to the file `told`."""
    subject = subjects.load(name)
    pool = subject.open(2, start_method=start_method)
    seen = pool.map(tasks.square, range(3))
    subject.finish(pool)
    Path(told).write_text(json.dumps(seen), encoding="utf-8")
