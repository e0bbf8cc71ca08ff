"""Texts for people: written in English in the code, translated where they are shown.

Presenters hand on a `Text` (an English sentence and its values); only the screens turn it into words, by a
`Translator`. A catalogue that is missing or broken never costs more than the translation.
"""

from __future__ import annotations

import gettext
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

log = logging.getLogger(__name__)

DOMAIN = "chairside"
_NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True)
class Text:
    """A sentence in English with named places, and what goes into them."""

    msgid: str
    values: Mapping[str, object] = field(default_factory=lambda: _NOTHING)

    def __bool__(self) -> bool:
        return bool(self.msgid)


NO_TEXT = Text("")


def text(msgid: str, **values: object) -> Text:
    """A sentence to be translated later; `{name}` places are filled from `values`."""
    return Text(msgid, values)


def plain(words: str) -> Text:
    """Words that are data, a tooth or a name for one: shown as they are."""
    return Text("{words}", {"words": words}) if words else NO_TEXT


class Translator:
    """English sentence in, the chosen language out. Call it `tr`."""

    def __init__(self, catalogue: gettext.NullTranslations | None = None) -> None:
        self._catalogue = catalogue or gettext.NullTranslations()

    @classmethod
    def for_languages(cls, languages: Sequence[str], folder: Path) -> Translator:
        """The first of `languages` with a catalogue under `folder`, else English."""
        return cls(
            gettext.translation(
                DOMAIN, localedir=str(folder), languages=list(languages) or ["en"], fallback=True
            )
        )

    def __call__(self, words: str | Text, **values: object) -> str:
        """The sentence in words. A translation whose places don't fit falls back to English."""
        sentence = words if isinstance(words, Text) else Text(words, values)
        if not sentence.msgid:
            return ""
        filled = {
            name: self(value) if isinstance(value, Text) else value
            for name, value in sentence.values.items()
        }
        translated = self._catalogue.gettext(sentence.msgid)
        try:
            return translated.format(**filled)
        except (KeyError, IndexError, ValueError):
            log.warning("a translation has other places than its English sentence")
            return sentence.msgid.format(**filled)

    def plural(self, one: str, many: str, count: int) -> str:
        """`one` or `many` by the rules of the language, with `{n}` filled."""
        return self._catalogue.ngettext(one, many, count).format(n=count)
