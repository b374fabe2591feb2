"""A task function that the parent has and its workers have not: defined after they started.

    with defined_late() as function: ...

Workers that are forked or imported before the block do not have it.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

NAME = "a_function_defined_late"


@contextmanager
def defined_late() -> Iterator[Callable[[Any], Any]]:
    """Give this module a function that pickles by its name, until the block is left."""

    def function(item: Any = None) -> Any:
        return item

    module = sys.modules[__name__]
    function.__qualname__ = function.__name__ = NAME
    setattr(module, NAME, function)
    try:
        yield function
    finally:
        delattr(module, NAME)
