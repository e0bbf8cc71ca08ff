"""Matching a key against a dataset, for attributes that have no column: sequences and the rarely asked ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydicom.dataset import Dataset

from minipacs.archive.matching.keys import Key
from minipacs.archive.matching.patterns import (
    RANGE_VRS,
    bounds,
    fits,
    has_wildcard,
    is_everything,
    name_groups,
)
from minipacs.archive.texts import clean, date_key, name_keys, number_key, time_key


def matches(ds: Dataset, keys: Iterable[Key]) -> bool:
    """Whether a dataset has what each of the keys asks for; keys without values ask for nothing."""
    return all(_matches_one(ds, key) for key in keys)


def asks(key: Key) -> bool:
    """Whether a key restricts anything, itself or in its item."""
    if key.tag >> 16 & 1 and 0x10 <= key.tag & 0xFFFF <= 0xFF:
        return False  # it says whose the private keys after it are (PS3.5 7.8.1)
    if key.vr == "SQ":
        return any(asks(inner) for item in key.items for inner in item)
    return any(not is_everything(key.vr, value) for value in key.values)


def _matches_one(ds: Dataset, key: Key) -> bool:
    if not asks(key):
        return True
    try:
        element: Any = ds.get(key.tag)
    except Exception as error:  # noqa: BLE001 - pydicom finds out at access that a value is damaged
        del error
        return False
    if element is None:
        return False
    if key.vr == "SQ":
        # PS3.4 C.2.2.2.6: one item of the sequence has to match every key of the item asked for.
        return element.VR == "SQ" and any(matches(item, key.items[0]) for item in element.value)
    texts = _texts(element.value, key.vr)
    return any(_value_matches(key, wanted, text) for wanted in key.values for text in texts)


def _texts(value: Any, vr: str) -> list[str]:
    if value is None or isinstance(value, bytes):
        return []
    many = not isinstance(value, str) and hasattr(value, "__iter__") and vr != "PN"
    return [clean(str(part)) for part in (value if many else [value])]


def _value_matches(key: Key, wanted: str, text: str) -> bool:
    if is_everything(key.vr, wanted):
        return True
    if not text:
        return False
    if key.vr == "PN":
        return _name_matches(wanted, text)
    if key.vr in RANGE_VRS:
        value = {"DA": date_key, "TM": time_key}.get(key.vr, str)(text)
        first, last = bounds(key.keyword, key.vr, wanted)
        return bool(value) and first <= value and (not last or value <= last)
    if has_wildcard(key.vr, wanted):
        return fits(wanted, text)
    if key.vr == "IS":
        return bool(number_key(text)) and number_key(text) == number_key(wanted)
    if key.vr == "DS":
        return _decimal(text) is not None and _decimal(text) == _decimal(wanted)
    return text == wanted


def _name_matches(wanted: str, name: str) -> bool:
    groups, keys = name_groups(wanted), name_keys(name)
    if len(groups) == 1:
        return any(_group_matches(groups[0], key) for key in keys if key)
    return all(
        _group_matches(group, key) for group, key in zip(groups, keys, strict=False) if group
    )


def _group_matches(group: str, key: str) -> bool:
    if "*" in group or "?" in group:
        return fits(group, key) or group == f"{key}^*"
    return group == key


def _decimal(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
