"""What a check has to say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with an object. No text holds a value of the object: it may be a patient's."""

    severity: str
    """error: the object breaks the standard; warning: it is legal but will surprise somebody."""
    keyword: str
    """Where, of nested attributes a path `Sequence[0].Keyword`."""
    tag: str
    """(gggg,eeee) of the attribute itself."""
    rule: str
    """The clause of the standard."""
    what: str
    """What is wrong."""
    mend: str
    """What to do about it."""
