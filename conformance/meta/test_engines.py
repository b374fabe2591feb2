"""Engines with a runtime of their own: started and ended within each body, and no leak."""

import shlex

from .whole_run import Suite

_POOLS = f"{__package__}.engine_pools"


def test_a_runtime_lives_as_long_as_a_body(suite: Suite) -> None:
    """What `prepare` starts is none of the body's leaks; `release` ends it."""
    code, text = suite.run("--pool", f"{_POOLS}:Pool", "--clause", "MAP-01")
    assert code == 0, text
    (verdict,) = suite.records("verdict")
    assert (verdict["verdict"], verdict["start_method"]) == ("PASS", "mill")
    assert not suite.survivors()


def test_a_runtime_that_outlives_its_body_is_a_leak(suite: Suite) -> None:
    """Without a `release` the runtime is found, named and killed."""
    code, text = suite.run("--pool", f"{_POOLS}:Forgetful", "--clause", "MAP-01")
    assert code == 1, text
    (verdict,) = suite.records("verdict")
    assert verdict["verdict"] == "LEAK"
    assert "a runtime" in verdict["census"]["children"][0]
    assert not suite.survivors()


def test_a_replay_command_leaves_out_a_start_method_of_the_engine_s_own(suite: Suite) -> None:
    """`--start-method` knows fork, spawn and forkserver; the command has to be one that runs."""
    code, text = suite.run("--pool", f"{_POOLS}:Reversed", "--clause", "MAP-01")
    assert code == 1, text
    (verdict,) = suite.records("verdict")
    words = shlex.split(verdict["replay"])
    assert words[-4:] == ["--pool", f"{_POOLS}:Reversed", "--clause", "MAP-01"]
