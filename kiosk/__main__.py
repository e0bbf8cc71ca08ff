"""`chairside`: the window, or one of its commands. Also what the executable starts with."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and give the exit status: 0 done, 1 the job failed, 2 wrong usage."""
    from kiosk.cli.start import main as start

    return start(argv)


if __name__ == "__main__":
    sys.exit(main())
