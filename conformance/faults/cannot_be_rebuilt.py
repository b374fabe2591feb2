"""An exception that pickles but cannot be rebuilt: its constructor wants what pickle omits."""

from typing import NoReturn


class DiskError(Exception):
    """As many libraries write theirs: two required arguments, one of them passed on."""

    def __init__(self, disk: int, text: str) -> None:
        super().__init__(f"disk {disk} {text}")


def raise_disk_error(disk: int, text: str) -> NoReturn:
    """Raise the exception in a worker, where it is whole."""
    raise DiskError(disk, text)
