"""Makes a source file the main module of this process, as if it had been started with it.

Workers under spawn and forkserver import the file, workers under fork have it: what a script's own
functions meet is met here without a process more.
"""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType


@contextmanager
def main_module(path: Path, source: str) -> Iterator[ModuleType]:
    """Write the source to `path` and be that program, until the block is left."""
    path.write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("__main__", path)
    assert spec is not None and spec.loader is not None  # noqa: PT018 - one thought
    program = importlib.util.module_from_spec(spec)
    program.__spec__ = None  # as where a script was started by its path
    before = sys.modules["__main__"]
    sys.modules["__main__"] = program
    try:
        spec.loader.exec_module(program)
        yield program
    finally:
        sys.modules["__main__"] = before
