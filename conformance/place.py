"""Where this suite is: in a checkout, or installed as a part of poolproof.

Tells the two apart by its own name, and answers what follows from it: how the suite is started,
and where it may write.  An installed suite writes to the current folder, never beside itself.
"""

import os
import shlex
from pathlib import Path
from typing import Final

PACKAGE: Final = __package__ or ""
"""`conformance` in a checkout, `poolproof.conformance` where it is installed."""
ROOM: Final = Path(__file__).resolve().parent
SOURCE_ROOT: Final = ROOM.parents[PACKAGE.count(".")]
"""The folder on the path from which this package is imported."""
INSTALLED: Final = "." in PACKAGE

_NAMED: Final = f"--pyargs {PACKAGE}" if INSTALLED else shlex.quote(os.path.relpath(ROOM))
PYTEST: Final = f"python -m pytest {_NAMED}"
"""What starts this suite from the current folder; with `-m` a pool in that folder is importable."""

SHIPPED_DEVIATIONS: Final = ROOM / "deviations"
OWN_DEVIATIONS: Final = Path("poolproof-deviations") if INSTALLED else SHIPPED_DEVIATIONS
"""Where the known failures of one's own pools are kept unless `--deviations` says otherwise."""


def records_folder() -> Path:
    """Return where runs are recorded: with the reports of a checkout, else in the current folder.

    A folder `reports` of somebody else's project is none of ours.
    """
    return Path("poolproof-records") if INSTALLED else SOURCE_ROOT / "reports" / "records"
