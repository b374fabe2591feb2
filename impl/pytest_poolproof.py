"""pytest's way to the suite of an installed poolproof: the entry point `poolproof`.

pytest imports this file in every run of every project that has poolproof installed.  So it imports
nothing of poolproof and declares no option; only where the suite is among what pytest is asked for,

    pytest --pyargs poolproof.conformance --pool mylib:Pool

does it load the suite's plugin, whose options (`--pool`, `--list`, `--record`, ...) have names
that other plugins may well use too.  In a checkout `conformance/conftest.py` does the same.
"""

import importlib
from types import ModuleType

import pytest

_SUITE = "poolproof.conformance"
_NO_MODULE = (
    f"{_SUITE} is in the wheel only: this poolproof is installed from a checkout, where the suite "
    f"is started with: pytest conformance"
)


@pytest.hookimpl(trylast=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Load the suite's plugin where it is wanted, after all others: it can tell of a collision."""
    if not any(map(_is_of_suite, args)):
        return
    if not early_config.known_args_namespace.pyargs:
        raise pytest.UsageError(f"{_SUITE} is a package: say --pyargs before its name")
    suite = _suite()
    manager = early_config.pluginmanager
    if manager.has_plugin(suite.NAME):
        return
    try:
        manager.register(suite, suite.NAME)
    except ValueError as error:
        raise pytest.UsageError(
            f"poolproof: a plugin or a conftest.py of this project has an option of the same name "
            f"as the suite; switch that off for this run, with -p no:NAME or --noconftest, or run "
            f"in another folder ({error})"
        ) from error


def _is_of_suite(argument: str) -> bool:
    name = argument.partition("::")[0]
    return name == _SUITE or name.startswith(f"{_SUITE}.")


def _suite() -> ModuleType:
    try:
        if said := importlib.import_module(f"{_SUITE}.elsewhere").trouble():
            raise pytest.UsageError(said)
        return importlib.import_module(f"{_SUITE}.harness.plugin")
    except ModuleNotFoundError as missing:
        name = str(missing.name)
        if name == _SUITE:
            raise pytest.UsageError(_NO_MODULE) from missing
        raise pytest.UsageError(
            f"poolproof: the suite needs {name}, which is not installed: "
            f"pip install 'poolproof[conformance]'"
        ) from missing
