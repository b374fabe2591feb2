"""The subjects of the command, each imported by a process that it can take down with it."""

import itertools
import tempfile
from pathlib import Path

from ..harness.options import Options
from ..harness.readiness import Checks, ReadySubject, probed
from ..harness.runner import Runner
from ..harness.zygotes import Zygotes


def probe(options: Options) -> tuple[ReadySubject, ...]:
    """Return the subjects as `pytest conformance` finds them, with the start methods to run.

    Raises: UnusableSubjectError; ZygoteError where no process can be started for them.
    """
    zygotes, runner = Zygotes(), Runner(options.jobs)
    with tempfile.TemporaryDirectory(prefix="poolproof-", ignore_cleanup_errors=True) as folder:
        try:
            checks = Checks(zygotes, runner, Path(folder), itertools.count(), options)
            return tuple(probed(checks))
        finally:
            runner.close()
            zygotes.close()
