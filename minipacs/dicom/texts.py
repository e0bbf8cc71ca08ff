"""In what character set an object's texts are written. PS3.3 C.12.1.1.2, PS3.5 6.1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydicom.charset import convert_encodings, python_encoding
from pydicom.dataset import Dataset

from minipacs.dicom.building.writing import put
from minipacs.dicom.errors import BadRequest
from minipacs.dicom.values import TEXT_VRS, keyword_of

UNICODE = "ISO_IR 192"


def settle_character_set(ds: Dataset, wanted: str) -> None:
    """Write Specific Character Set: `wanted` when it can say every text, else ISO_IR 192.

    A name is worth more than a peer's preference: nothing is replaced by question marks.

    Args:
        ds: the object, complete but for this.
        wanted: defined terms, several separated by a backslash; empty is ASCII.

    Raises:
        BadRequest: `wanted` is no character set, or a text holds half a character (a lone surrogate).
    """
    terms = wanted.split("\\") if wanted else []
    if any(term.strip() not in python_encoding for term in terms):
        raise BadRequest("SpecificCharacterSet", "is not a character set of PS3.3 C.12.1.1.2")
    texts = list(_texts(ds))
    if not fits(texts, terms):
        for keyword, text in texts:
            if not _encodes(text, "utf_8"):
                raise BadRequest(keyword, "holds a character that is none (a lone surrogate)")
        terms = [UNICODE]
    if terms:
        put(ds, "SpecificCharacterSet", terms)


def fits(texts: Sequence[tuple[str, str]], terms: Sequence[str]) -> bool:
    """Whether every character has a place in one of the sets."""
    characters = {character for _, text in texts for character in text if not character.isascii()}
    if not characters:
        return True
    if not terms:
        return False
    encodings = convert_encodings(list(terms))
    return all(any(_encodes(c, encoding) for encoding in encodings) for c in characters)


def _texts(ds: Dataset) -> Iterator[tuple[str, str]]:
    for element in ds:
        if element.VR == "SQ":
            for item in element.value:
                yield from _texts(item)
        elif element.VR in TEXT_VRS and not element.is_empty:
            values = element.value if element.VM > 1 else [element.value]
            yield from ((keyword_of(element.tag), str(value)) for value in values)


def _encodes(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
