"""Prepare an interpreter that a run of CPython's pool tests has started, whoever started it.

Python imports the first `sitecustomize` on its path at start-up; so do spawned children, the
forkserver and the scripts that some tests run.  One that this file hides is run after it.
"""

import importlib
import importlib.util
import os
import sys
from importlib.machinery import PathFinder
from pathlib import Path

_HERE = Path(__file__).resolve().parent


def _prepare() -> None:
    """Open the doors, if a run has named its subject in the environment."""
    if "POOLPROOF_CPYTHON_POOL" not in os.environ:
        return
    suite = os.environ["POOLPROOF_CPYTHON_SUITE"]  # `conformance`, in a wheel a part of poolproof
    source_root = str(_HERE.parents[2 + suite.count(".")])
    if source_root not in sys.path:
        sys.path.append(source_root)  # last, so that it hides no module of the subject
    importlib.import_module(f"{suite}.cpython.interpreter").prepare()


def _run_hidden_sitecustomize() -> None:
    """Execute the `sitecustomize` that would have been imported without this one."""
    rest = [entry for entry in sys.path if Path(entry or ".").resolve() != _HERE]
    spec = PathFinder.find_spec("sitecustomize", rest)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


_prepare()
_run_hidden_sitecustomize()
