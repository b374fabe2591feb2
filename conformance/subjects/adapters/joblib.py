"""`joblib.Parallel` behind the Pool API, on its default backend.

joblib has no pool to hold: each call asks for the process-wide loky executor, which outlives it.
A call is described with `delayed` and batched by joblib itself unless `chunksize` says otherwise.
"""

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self

BACKEND = "loky"

Task = Callable[..., Any]
Call = tuple[Task, tuple[Any, ...], Mapping[str, Any]]


class JoblibPool:
    """The face of `joblib.Parallel` calls that share one process-wide executor.

    Guarantees: adds no state of its own; one call at a time.
    """

    def __init__(self, parallel: Callable[..., Any], options: Mapping[str, Any]) -> None:
        self._parallel = parallel
        self._options = options
        self._delayed: Callable[[Task], Callable[..., Call]] = importlib.import_module(
            "joblib"
        ).delayed

    def apply(self, func: Task, args: Iterable[Any] = (), kwds: Mapping[str, Any] = {}) -> Any:
        """Run one call and return its value."""
        return self._run([self._delayed(func)(*args, **kwds)])[0]

    def map(self, func: Task, iterable: Iterable[Any], chunksize: int | None = None) -> list[Any]:
        """Return the values in the order of the items."""
        values: list[Any] = self._run(map(self._delayed(func), iterable), chunksize)
        return values

    def starmap(
        self, func: Task, iterable: Iterable[Iterable[Any]], chunksize: int | None = None
    ) -> list[Any]:
        """Return the values in order, each item unpacked into arguments."""
        call = self._delayed(func)
        values: list[Any] = self._run((call(*item) for item in iterable), chunksize)
        return values

    def imap(
        self, func: Task, iterable: Iterable[Any], chunksize: int | None = None
    ) -> Iterator[Any]:
        """Return joblib's generator over the values in the order of the items."""
        calls = map(self._delayed(func), iterable)
        values: Iterator[Any] = self._run(calls, chunksize, return_as="generator")
        return values

    def imap_unordered(
        self, func: Task, iterable: Iterable[Any], chunksize: int | None = None
    ) -> Iterator[Any]:
        """Return joblib's generator over the values as they become ready."""
        calls = map(self._delayed(func), iterable)
        values: Iterator[Any] = self._run(calls, chunksize, return_as="generator_unordered")
        return values

    def terminate(self) -> None:
        """Kill the workers of the process-wide executor."""
        _executor().shutdown(wait=True, kill_workers=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        release()

    def _run(
        self, calls: Iterable[Call], chunksize: int | None = None, return_as: str = "list"
    ) -> Any:
        batch: int | str = "auto" if chunksize is None else chunksize
        return self._parallel(**self._options, return_as=return_as, batch_size=batch)(calls)


def open_pool(
    target: Callable[..., Any],
    processes: int | None,
    _start_method: str,
    *,
    initializer: Callable[..., object] | None = None,
    initargs: Iterable[Any] = (),
) -> JoblibPool:
    """Return a face whose calls ask for `processes` workers (None: one a processor)."""
    options: dict[str, Any] = {"n_jobs": -1 if processes is None else processes, "backend": BACKEND}
    if initializer is not None:
        options |= {"initializer": initializer, "initargs": tuple(initargs)}
    return JoblibPool(target, options)


def release() -> None:
    """Let the workers of the process-wide executor end."""
    _executor().shutdown(wait=True)


def _executor() -> Any:
    return importlib.import_module("joblib.externals.loky").get_reusable_executor(reuse=True)
