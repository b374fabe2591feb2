"""Where the operating system is another: the suite says what it needs."""

import sys


def trouble() -> str | None:
    """Return why no pool can be held to the clauses on this system, None where it can."""
    if str(sys.platform) == "linux":  # str(): what follows would be unreachable to a type checker
        return None
    return (
        f"expected Linux, where /proc, prctl and pidfd see to it that what a pool does ends and "
        f"nothing is left, got {sys.platform}; run it in a container or a virtual machine"
    )
