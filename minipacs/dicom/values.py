"""What a value of each VR may look like, PS3.5 6.2, and how a plain value becomes an element.

The texts of faults never hold the value: it may be a patient's.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from pydicom.datadict import dictionary_VM, dictionary_VR, keyword_for_tag, tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.tag import BaseTag

from minipacs.dicom.errors import BadRequest
from minipacs.dicom.uids import is_valid_uid

TEXT_VRS = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
"""The VRs that Specific Character Set has a say in, PS3.5 6.1.2.2."""
BINARY_VRS = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_LINE_CONTROL = re.compile(r"[\x00-\x1a\x1c-\x1f\x7f]")
_PATTERNS = {
    "AS": (re.compile(r"\d{3}[DWMY]\Z", re.ASCII), "an age as 034Y, with D, W, M or Y"),
    "CS": (
        re.compile(r"[A-Z0-9_ ]{0,16}\Z"),
        "at most 16 capital letters, digits, spaces, underscores",
    ),
    "DS": (
        re.compile(r" *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)? *\Z", re.ASCII),
        "a decimal number of at most 16 characters",
    ),
    "DT": (
        re.compile(
            r"\d{4}((0[1-9]|1[0-2])((0[1-9]|[12]\d|3[01])"
            r"(([01]\d|2[0-3])([0-5]\d(([0-5]\d|60)(\.\d{1,6})?)?)?)?)?)?([+-]\d{4})? *\Z",
            re.ASCII,
        ),
        "a date and time as YYYYMMDDHHMMSS.FFFFFF",
    ),
    "IS": (re.compile(r" *[+-]?\d{1,11} *\Z", re.ASCII), "a whole number"),
    "TM": (
        re.compile(r"([01]\d|2[0-3])([0-5]\d(([0-5]\d|60)(\.\d{1,6})?)?)? *\Z", re.ASCII),
        "a time as HHMMSS.FFFFFF",
    ),
}
_LONGEST = {"AE": 16, "DS": 16, "LO": 64, "LT": 10240, "SH": 16, "ST": 1024}
_RANGES = {
    "IS": (-(2**31), 2**31 - 1),
    "SL": (-(2**31), 2**31 - 1),
    "SS": (-(2**15), 2**15 - 1),
    "SV": (-(2**63), 2**63 - 1),
    "UL": (0, 2**32 - 1),
    "US": (0, 2**16 - 1),
    "UV": (0, 2**64 - 1),
}
_SEPARATED = frozenset(
    {"AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "PN", "SH", "TM", "UC", "UI"}
)


def fault(vr: str, value: object) -> str:
    """What is wrong with one value of that VR; empty when nothing is. An empty value is never wrong."""
    if value is None or value == "" or vr in BINARY_VRS or vr == "SQ":
        return ""
    if vr in _RANGES and not isinstance(value, str):
        return _number_fault(vr, value)
    if vr in ("FL", "FD"):
        return "" if _is_number(value) else "must be a number"
    if vr == "AT":
        return ""
    return _text_fault(vr, str(value))


def _number_fault(vr: str, value: object) -> str:
    least, most = _RANGES[vr]
    if isinstance(value, bool) or not _is_number(value) or float(value) % 1:  # type: ignore[arg-type]
        return "must be a whole number"
    if not least <= int(value) <= most:  # type: ignore[call-overload]
        return f"must lie between {least} and {most}"
    return ""


def _is_number(value: object) -> bool:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False
    return number == number and abs(number) != float("inf")


def _text_fault(vr: str, text: str) -> str:
    longest = _LONGEST.get(vr)
    if longest is not None and len(text) > longest:
        return f"must have at most {longest} characters"
    if vr in _PATTERNS:
        pattern, form = _PATTERNS[vr]
        if pattern.match(text) is None:
            return f"must be {form}"
        return _number_fault(vr, int(text)) if vr == "IS" else ""
    checker = _CHECKERS.get(vr)
    if checker is not None:
        return checker(text)
    return _plain_fault(vr, text)


def _plain_fault(vr: str, text: str) -> str:
    if vr in ("LT", "ST", "UT"):
        return "must have no control characters" if _CONTROL.search(text) else ""
    if _LINE_CONTROL.search(text):
        return "must have no control characters"
    if vr in _SEPARATED and "\\" in text:
        return "must have no backslash, which separates values"
    return ""


def _ae_fault(text: str) -> str:
    if not text.strip() or not text.isascii() or _LINE_CONTROL.search(text) or "\\" in text:
        return "must be an application entity title: plain ASCII, not only spaces"
    return ""


def _date_fault(text: str) -> str:
    form = "must be a date as YYYYMMDD"
    if not re.fullmatch(r"\d{8}", text, re.ASCII):
        return form
    try:
        dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return form
    return ""


def _name_fault(text: str) -> str:
    groups = text.split("=")
    if len(groups) > 3:
        return "must have at most three groups (alphabetic=ideographic=phonetic)"
    if any(len(group) > 64 for group in groups):
        return "must have at most 64 characters in each group"
    if any(group.count("^") > 4 for group in groups):
        return "must have at most five parts in each group (Family^Given^Middle^Prefix^Suffix)"
    return _plain_fault("PN", text)


def _uid_fault(text: str) -> str:
    return "" if is_valid_uid(text.rstrip("\0")) else "must be a UID: digits and dots, at most 64"


def _uri_fault(text: str) -> str:
    return "" if re.fullmatch(r"[!-\[\]-~]+ *", text) else "must be a URI without spaces"


_CHECKERS: Mapping[str, Callable[[str], str]] = {
    "AE": _ae_fault,
    "DA": _date_fault,
    "PN": _name_fault,
    "UI": _uid_fault,
    "UR": _uri_fault,
}


@lru_cache(maxsize=512)
def multiplicity(text: str) -> tuple[int, int | None, int]:
    """(least, most or None, step) of a VM as the dictionary prints it: 1, 1-3, 2-2n."""
    least, _, most = text.partition("-")
    if not most:
        return int(least), int(least), 1
    if most.endswith("n"):
        return int(least), None, int(most[:-1] or 1)
    return int(least), int(most), 1


def multiplicity_fault(vm: str, count: int) -> str:
    """What is wrong with that many values; empty when nothing is."""
    least, most, step = multiplicity(vm)
    if count < least or (most is not None and count > most) or count % step:
        return f"must have {vm} value{'' if vm == '1' else 's'}, not {count}"
    return ""


def decimal_string(number: float) -> str:
    """A number as a DS of at most 16 characters, PS3.5 6.2, with the digits that fit."""
    for digits in range(17, 4, -1):
        text = f"{number:.{digits}g}"
        if len(text) <= 16 and (digits < 17 or float(text) == number):
            return _shortest(number, text)
    return f"{number:.4g}"


def _shortest(number: float, text: str) -> str:
    plain = repr(int(number)) if float(number).is_integer() and abs(number) < 1e15 else repr(number)
    return plain if len(plain) <= 16 else text


def element(keyword: str, plain: Any, path: str = "", *, signed: bool = False) -> DataElement:
    """A plain value (text, number, list; a list of mappings for a sequence) as a checked element.

    Args:
        keyword: a DICOM keyword of the dictionary.
        plain: the value.
        path: how to name the element in an error, of nested ones `Sequence[0].Keyword`.
        signed: Pixel Representation 1, for elements that are US or SS.

    Raises:
        BadRequest: the keyword is unknown, or the value not valid for its VR or VM.
    """
    path = path or keyword
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise BadRequest(path, "is not a DICOM keyword")
    vr = plain_vr(dictionary_VR(tag), signed=signed)
    if vr == "SQ":
        return DataElement(tag, vr, DicomSequence(_items(plain, path, signed)))
    values = _plain_values(vr, plain, path)
    if not values:
        return DataElement(tag, vr, b"" if vr in BINARY_VRS else None if vr not in TEXT_VRS else "")
    vm = dictionary_VM(tag)
    if wrong := multiplicity_fault(vm, len(values)):
        raise BadRequest(path, wrong)
    for value in values:
        if wrong := fault(vr, value):
            raise BadRequest(path, wrong)
    return DataElement(tag, vr, values[0] if len(values) == 1 else values)


def plain_vr(vr: str, *, signed: bool = False) -> str:
    """One VR where the dictionary leaves a choice, PS3.5 A.2."""
    if vr in ("US or SS", "US or SS or OW"):
        return "SS" if signed else "US"
    return {"OB or OW": "OW", "US or OW": "OW"}.get(vr, vr)


def _plain_values(vr: str, plain: Any, path: str) -> list[Any]:
    if isinstance(plain, Mapping):
        raise BadRequest(path, "is not a sequence; give its value, not an object")
    if isinstance(plain, (bytes, bytearray)):
        if vr not in BINARY_VRS:
            raise BadRequest(path, "must be given as text or number, not as bytes")
        return [bytes(plain)]
    if plain is None or plain == "":
        return []
    if isinstance(plain, str) or not isinstance(plain, Sequence):
        return [_converted(vr, plain, path)]
    return [_converted(vr, one, path) for one in plain]


def _converted(vr: str, plain: Any, path: str) -> Any:
    if vr in BINARY_VRS:
        raise BadRequest(path, "holds bytes, which can't be given as text")
    if isinstance(plain, (bool, list, tuple, Mapping)):
        raise BadRequest(path, "must be a text or a number")
    if vr == "DS":
        return plain if isinstance(plain, str) else decimal_string(_number(plain, path))
    if vr in ("FL", "FD"):
        return _number(plain, path)
    if vr in _RANGES:
        return _whole(plain, path)
    if vr == "AT":
        return _tag(plain, path)
    if not isinstance(plain, (str, int, float)):
        raise BadRequest(path, "must be a text or a number")
    return str(plain)


def _number(plain: Any, path: str) -> float:
    if not _is_number(plain):
        raise BadRequest(path, "must be a number")
    return float(plain)


def _whole(plain: Any, path: str) -> int:
    number = _number(plain, path)
    if number % 1:
        raise BadRequest(path, "must be a whole number")
    return int(plain) if isinstance(plain, (int, str)) and "." not in str(plain) else int(number)


def _tag(plain: Any, path: str) -> int:
    text = re.sub(r"[(), ]", "", str(plain))
    if isinstance(plain, int):
        return plain
    found = tag_for_keyword(text)
    if found is not None:
        return found
    if not re.fullmatch(r"[0-9A-Fa-f]{8}", text):
        raise BadRequest(path, "must be a tag as (gggg,eeee) or a keyword")
    return int(text, 16)


def _items(plain: Any, path: str, signed: bool) -> list[Dataset]:
    if plain is None or plain == "":
        return []
    if isinstance(plain, Mapping):
        plain = [plain]
    if isinstance(plain, str) or not isinstance(plain, Sequence):
        raise BadRequest(path, "is a sequence; give a list of objects")
    return [_item(one, f"{path}[{index}]", signed) for index, one in enumerate(plain)]


def _item(plain: Any, path: str, signed: bool) -> Dataset:
    if not isinstance(plain, Mapping):
        raise BadRequest(path, "must be an object of keywords and values")
    item = Dataset()
    for keyword, value in plain.items():
        item.add(element(str(keyword), value, f"{path}.{keyword}", signed=signed))
    return item


def show_tag(tag: BaseTag | int) -> str:
    """A tag as people read it: (gggg,eeee)."""
    return f"({int(tag) >> 16:04X},{int(tag) & 0xFFFF:04X})"


def keyword_of(tag: BaseTag) -> str:
    """The keyword of a tag, repeating groups too; empty for a private or unknown one."""
    return "" if tag.is_private else keyword_for_tag(tag)
