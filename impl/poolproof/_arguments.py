"""Argument checks: each error says what was expected and what was got.

The exception types are the standard library's, so that whoever replaces one
import changes nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Callable


def worker_count(processes: int | None) -> int:
    """Return how many workers to start; by default as many as the standard library.

    That is one a CPU, and from Python 3.13 on one a CPU that this process may use.

    Raises: ValueError for less than 1; TypeError for what is no int.
    """
    if processes is None:
        count: Callable[[], int | None] = getattr(os, "process_cpu_count", os.cpu_count)
        return count() or 1
    if not isinstance(processes, int):
        raise TypeError(
            f"processes: expected an int or None, got {processes!r} ({type(processes).__name__})"
        )
    if processes < 1:
        raise ValueError(f"Number of processes must be at least 1, got {processes}")
    return processes


def check_worker_arguments(
    initializer: Callable[..., object] | None, maxtasksperchild: object
) -> None:
    """Raise TypeError or ValueError for what no worker could be started with."""
    if maxtasksperchild is not None and (
        not isinstance(maxtasksperchild, int) or maxtasksperchild <= 0
    ):
        raise ValueError(
            f"maxtasksperchild must be a positive int or None, got {maxtasksperchild!r}"
        )
    if initializer is not None and not callable(initializer):
        raise TypeError(f"initializer must be a callable or None, got {initializer!r}")


def check_positive(name: str, value: object, *, optional: bool = False) -> None:
    """Raise TypeError or ValueError unless `value` is a positive int, or None where optional."""
    if value is None and optional:
        return
    if not isinstance(value, int):
        raise TypeError(f"{name} must be a positive int, got {value!r} ({type(value).__name__})")
    if value < 1:
        raise ValueError(f"{name.capitalize()} must be 1+, not {value}")
