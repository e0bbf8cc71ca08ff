"""The DICOM kernel: values in, datasets and bytes out. Imports neither network, database nor screen.

Importing it configures pydicom, once and only here.
"""

from __future__ import annotations

import importlib
import sys

_PLUGINS = ("gdcm", "pylibjpeg", "libjpeg", "openjpeg", "rle", "jpeg_ls")


def _configure_pydicom() -> None:
    try:
        importlib.import_module("pydicom")
    except Exception:  # noqa: BLE001 - pydicom imports its codec plugins, and a broken one raises anything
        # A broken codec costs its transfer syntaxes, not the program: without plugins pydicom does import.
        for name in [name for name in sys.modules if name.split(".")[0] == "pydicom"]:
            del sys.modules[name]
        for name in _PLUGINS:
            sys.modules[name] = None  # type: ignore[assignment]
    from pydicom import config

    # What is read is judged by validate(), not by warnings, whose texts would carry a patient's values.
    config.settings.reading_validation_mode = config.IGNORE
    # A misspelled keyword is otherwise only a warning, and its value silently not encoded.
    config.INVALID_KEYWORD_BEHAVIOR = "RAISE"


_configure_pydicom()
