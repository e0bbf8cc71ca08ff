"""What every widget and screen is built with: the look, the words, the keys."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.i18n import Translator
from kiosk.ui.keys import Keys
from kiosk.ui.theme import Theme


@dataclass(frozen=True)
class Kit:
    """Handed down from the window to each widget, so that there is no global."""

    theme: Theme
    tr: Translator
    keys: Keys
