"""What pytest was asked to collect, and how much of it is the suite's."""

from pathlib import Path

import pytest

from .. import place

META = place.ROOM / "meta"
"""The tests of the suite itself."""


def concerns_suite(config: pytest.Config) -> bool:
    """Whether clause tests can be among what pytest was asked to collect."""
    return any(
        path == place.ROOM
        or path in place.ROOM.parents
        or (place.ROOM in path.parents and not _in_meta(path))
        for path in _paths(config)
    )


def holds_pools(config: pytest.Config) -> bool:
    """Whether clause tests are all that pytest was asked to collect."""
    return all(
        (path == place.ROOM or place.ROOM in path.parents) and not _in_meta(path)
        for path in _paths(config)
    )


def names(config: pytest.Config, folder: Path) -> bool:
    """Whether something in the folder was named, or the folder itself."""
    return any(path == folder or folder in path.parents for path in _paths(config))


def _in_meta(path: Path) -> bool:
    return path == META or META in path.parents


def _paths(config: pytest.Config) -> list[Path]:
    """Return what pytest was asked to collect; under `--pyargs` that may be of this package."""
    found = []
    for argument in config.args:
        target = argument.partition("::")[0]
        if config.option.pyargs and f"{target}.".startswith(f"{place.PACKAGE}."):
            found.append(place.ROOM.joinpath(*target.removeprefix(place.PACKAGE).split(".")))
        else:
            found.append((config.invocation_params.dir / target).resolve())
    return found
