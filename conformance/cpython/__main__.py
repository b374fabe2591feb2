"""The door of `python -m conformance.cpython`: elsewhere than on Linux it stays shut."""

import sys

from ..elsewhere import trouble


def _main() -> int:
    if said := trouble():
        print(f"error: {said}", file=sys.stderr)
        return 4  # `command.Exit.USAGE`, which cannot be imported here
    from .command import main  # noqa: PLC0415  what it imports needs Linux

    return main()


if __name__ == "__main__":
    sys.exit(_main())
