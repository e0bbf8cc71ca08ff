"""`python3 build/dev.py bench [NAME ...]`: every figure of the design beside its peer, as one table and as JSON."""

from __future__ import annotations

import argparse
import importlib
import logging
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

from tests.benchmarks.table import Row, keep, show

BENCHMARKS = ("store", "worklist", "query", "dicomdir", "exposure", "window", "executable")
OUT = Path(__file__).resolve().parents[2] / ".out" / "bench"


def main() -> int:
    """Run the named benchmarks, all without a name; exit 1 when one could not be run."""
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__)
    parser.add_argument(
        "names", nargs="*", choices=[*BENCHMARKS, []], metavar="NAME", help=", ".join(BENCHMARKS)
    )
    parser.add_argument(
        "--json", type=Path, default=OUT / "bench.json", help="where the figures are kept"
    )
    args = parser.parse_args()
    logging.disable(logging.WARNING)
    rows: list[Row] = []
    broken = []
    for name in args.names or BENCHMARKS:
        OUT.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=OUT))
        try:
            for row in importlib.import_module(f"tests.benchmarks.{name}").measure(scratch):
                print(show([row]).splitlines()[-1], flush=True)
                rows.append(row)
        except Exception:
            traceback.print_exc()
            broken.append(name)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    print("\n" + show(rows))
    keep(rows, args.json)
    if broken:
        print(f"could not be run: {', '.join(broken)}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
