"""A query identifier as checked keys. Whatever a peer puts into it, the way out is `BadQuery`."""

from __future__ import annotations

from dataclasses import dataclass

from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from minipacs.archive.errors import BadQuery
from minipacs.archive.texts import clean

MAX_DEPTH = 8
MAX_TEXT = 1024
MAX_VALUES = 30_000
_CONTROL = frozenset({"SpecificCharacterSet", "QueryRetrieveLevel", "TimezoneOffsetFromUTC"})
_TEXT_VRS = frozenset(
    "AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT".split()  # noqa: SIM905
)
_ONE_TEXT = frozenset({"LT", "ST", "UT", "UR"})


@dataclass(frozen=True, slots=True)
class Key:
    """One key: what is asked back, and matched when it has values."""

    tag: BaseTag
    keyword: str
    """Empty for a private or unknown attribute."""
    vr: str
    values: tuple[str, ...] = ()
    """As the peer gave them, without padding; none is universal matching."""
    items: tuple[tuple[Key, ...], ...] = ()
    """Of a sequence; none is universal matching."""


def keys_of(identifier: Dataset) -> dict[str, Key]:
    """The keys of an identifier by keyword (by `(gggg,eeee)` where there is none), in its order.

    Raises:
        BadQuery: a sequence where none may be or none where one must be, a value that can't be decoded or is too long,
            too deep nesting.
    """
    return {key.keyword or str(key.tag): key for key in _keys(identifier, 0)}


def _keys(ds: Dataset, depth: int) -> list[Key]:
    if depth > MAX_DEPTH:
        raise BadQuery("identifier", f"its sequences are nested deeper than {MAX_DEPTH} levels")
    found = []
    for tag in sorted(ds.keys()):
        # PS3.4 C.4.1.1.3.1: group lengths and file meta have no meaning in a query.
        if tag.element == 0 or tag.group <= 0x0006:
            continue
        keyword = keyword_for_tag(tag)
        if keyword in _CONTROL:
            continue
        found.append(_key(ds, tag, keyword, depth))
    return found


def _key(ds: Dataset, tag: BaseTag, keyword: str, depth: int) -> Key:
    name = keyword or str(tag)
    try:
        element = ds[tag]
        vr, value = element.VR, element.value
    except Exception as error:  # pydicom decodes at access, and raises some ten types
        raise BadQuery(name, "its value can't be decoded") from error
    known = _known_vr(tag)
    if vr == "UN" and not value and known:
        vr, value = known, None
    if known and (known == "SQ") != (vr == "SQ"):
        raise BadQuery(name, f"it has VR {vr}, but is defined as {known}")
    if vr == "SQ":
        return _sequence_key(tag, keyword, name, value, depth)
    if value is None or value == "" or value == b"":
        return Key(tag, keyword, known or vr)
    if vr not in _TEXT_VRS:
        return _binary_key(tag, keyword, vr, known, name, value)
    return Key(tag, keyword, known or vr, _values(name, known or vr, value))


def _sequence_key(tag: BaseTag, keyword: str, name: str, value: object, depth: int) -> Key:
    try:
        items = tuple(tuple(_keys(item, depth + 1)) for item in value or ())  # type: ignore[attr-defined]
    except BadQuery:
        raise
    except Exception as error:
        raise BadQuery(name, "its items can't be decoded") from error
    if len(items) > 1:
        # PS3.4 C.2.2.2.6: one item.
        raise BadQuery(name, "a sequence key has one item")
    return Key(tag, keyword, "SQ", (), items)


def _binary_key(tag: BaseTag, keyword: str, vr: str, known: str, name: str, value: object) -> Key:
    if known and known in _TEXT_VRS:
        raise BadQuery(name, f"it has VR {vr}, but is defined as {known}")
    if isinstance(value, int | float):
        return Key(tag, keyword, vr, (str(value),))
    return Key(tag, keyword, vr)


def _values(name: str, vr: str, value: object) -> tuple[str, ...]:
    if isinstance(value, bytes):
        raise BadQuery(name, "its value can't be decoded")
    many = isinstance(value, list | tuple) or (
        not isinstance(value, str) and hasattr(value, "__iter__") and vr != "PN"
    )
    texts = [str(part) for part in value] if many else [str(value)]  # type: ignore[attr-defined]
    if vr not in _ONE_TEXT:
        texts = [part for text in texts for part in text.split("\\")]
    cleaned = tuple(text for text in map(clean, texts) if text)
    if len(cleaned) > MAX_VALUES:
        raise BadQuery(name, f"it has more than {MAX_VALUES} values")
    if any(len(text) > MAX_TEXT for text in cleaned):
        raise BadQuery(name, f"a value is longer than {MAX_TEXT} characters")
    return cleaned


def _known_vr(tag: BaseTag) -> str:
    try:
        return dictionary_VR(tag)
    except KeyError:
        return ""
