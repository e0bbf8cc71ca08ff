"""`python -m minipacs` and the console script."""

from __future__ import annotations

import sys

from minipacs.cli import main as run_cli


def main() -> None:
    """Run the command line and end with its exit status."""
    sys.exit(run_cli())


if __name__ == "__main__":
    main()
