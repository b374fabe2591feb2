"""A task that makes a pool of its own."""

import importlib


def nested(module: str, attribute: str) -> int:
    """Open the pool `module:attribute` in this worker, and return what a task of it returns."""
    with getattr(importlib.import_module(module), attribute)(1) as pool:
        result: int = pool.apply(abs, (-3,))
    return result
