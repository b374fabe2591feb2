"""What a run tells the interpreters of its process group, by way of the environment."""

import os
from pathlib import Path
from typing import Final

from ..place import PACKAGE

POOL: Final = "POOLPROOF_CPYTHON_POOL"  # the subject, MODULE:ATTR
START_METHOD: Final = "POOLPROOF_CPYTHON_START_METHOD"  # "" leaves the platform's default
PREPARES: Final = "POOLPROOF_CPYTHON_PREPARES"  # "1" where the subject names what to start first
SUITE: Final = "POOLPROOF_CPYTHON_SUITE"  # the package of this suite, as it is imported here
STACKS: Final = "POOLPROOF_CPYTHON_STACKS"  # the folder where each process dumps its stacks

HOOKS: Final = Path(__file__).parent / "hooks"  # holds sitecustomize.py


def environment(
    pool: str, start_method: str, scratch: Path, *, prepares: bool = False
) -> dict[str, str]:
    """Return the environment of a worker that holds `pool` to tests.

    `scratch` takes the stack dumps and every temporary file, so that one removal leaves nothing.
    The current folder stays importable, as it is for the command itself.
    """
    path = [str(HOOKS), str(Path.cwd()), os.environ.get("PYTHONPATH", "")]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, path)),
        "TMPDIR": str(scratch),
        POOL: pool,
        START_METHOD: start_method,
        PREPARES: "1" if prepares else "",
        STACKS: str(scratch),
        SUITE: PACKAGE,
    }
