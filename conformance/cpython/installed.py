"""CPython's test classes, in a module that spawned children can import.

The tests send methods of their own class to workers, and a method is pickled as the name of its
class in this module.  Import it only where the doors are open: see `hooks/sitecustomize.py`.
"""

import importlib
import os
import unittest

from . import doors, environment

_tests = importlib.import_module("test._test_multiprocessing")  # not in typeshed
doors.lead_test_module(_tests)
_tests.install_tests_in_module_dict(globals(), os.environ[environment.START_METHOD])


def pool_tests() -> list[str]:
    """Return `Class.method` of each test that makes a pool, class by class.

    These are the classes named for a pool and, in other classes, the methods named for one; not
    the `WithThreads` classes, whose pool is `multiprocessing.dummy.Pool` whatever the subject.
    """
    return [
        f"{name}.{method}"
        for name, case in globals().items()
        if isinstance(case, type) and issubclass(case, unittest.TestCase)
        if not name.startswith("WithThreads")
        for method in unittest.defaultTestLoader.getTestCaseNames(case)
        if "Pool" in name or "pool" in method
    ]
