"""What stands for the pool on an operating system that lacks what it is built on."""

from __future__ import annotations

import sys
from typing import Any, NoReturn


class Pool:
    """Says that there is no pool here, and what to use instead."""

    def __init__(self, *_: Any, **__: Any) -> NoReturn:
        """Raises: NotImplementedError."""
        raise NotImplementedError(
            f"poolproof.Pool needs Linux (SOCK_SEQPACKET, memfd, epoll), got {sys.platform}; "
            "use multiprocessing.Pool here"
        )
