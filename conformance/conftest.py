"""Gives `pytest conformance` its options and its items; everything is in `harness.plugin`."""

import pytest

from .elsewhere import trouble


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Register the plugin, unless an installed suite has done so."""
    del parser  # the plugin is told of it when it registers
    if said := trouble():
        raise pytest.UsageError(said)
    from .harness import plugin  # noqa: PLC0415  what it imports needs Linux

    if not pluginmanager.has_plugin(plugin.NAME):
        pluginmanager.register(plugin, plugin.NAME)
