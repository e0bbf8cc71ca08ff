"""The program's log: a file in the data folder that turns over, readable for this user only, without names."""

from __future__ import annotations

import logging
import logging.handlers
import os
from pathlib import Path

FILE_NAME = "chairside.log"
_FORMAT = "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"
_MOST_BYTES, _KEPT = 2_000_000, 5


class OneLine(logging.Formatter):
    """One line for each record, so that no text from outside can forge another; no tracebacks, which show values."""

    def format(self, record: logging.LogRecord) -> str:
        """The record in one printable line."""
        record.exc_info, record.exc_text, record.stack_info = None, None, None
        line = super().format(record)
        return "".join(char if char.isprintable() else " " for char in line)


def begin_file_log(folder: Path) -> logging.Handler:
    """Write the log of this run to `folder`; give the handler to `end_file_log`."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / FILE_NAME
    os.close(os.open(path, os.O_CREAT | os.O_APPEND, 0o600))
    handler = logging.handlers.RotatingFileHandler(
        path, maxBytes=_MOST_BYTES, backupCount=_KEPT, encoding="utf-8"
    )
    handler.setFormatter(OneLine(_FORMAT))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(min(root.level or logging.INFO, logging.INFO))
    return handler


def end_file_log(handler: logging.Handler) -> None:
    """Close the log."""
    logging.getLogger().removeHandler(handler)
    handler.close()
