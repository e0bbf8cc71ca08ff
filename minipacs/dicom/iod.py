"""What an IOD is here: a kind, a SOP class, the modules of PS3.3 Annex A, and what is special to it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property, reduce

from pydicom.dataset import Dataset

from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules.base import Attributes, Module, merged

MARK = "__iod_kind__"


@dataclass(frozen=True, slots=True)
class Use:
    """A module in an IOD: M mandatory, C conditional, U by the user's option."""

    module: Module
    usage: str

    @property
    def always_checked(self) -> bool:
        """Whether its types hold for every object: mandatory ones, and those whose own conditions tell."""
        return self.usage in ("M", "C")


def _finish_nothing(ds: Dataset, request: ImageRequest) -> None:
    """A kind with nothing of its own."""


def _reconcile_nothing(ds: Dataset, given: Collection[str]) -> None:
    """A kind where nothing that is derived excludes anything that can be given."""


@dataclass(frozen=True)
class Iod:
    """One kind of image that can be built."""

    kind: str
    title: str
    clause: str
    sop_class_uid: str
    modality: str
    uses: tuple[Use, ...]
    finish: Callable[[Dataset, ImageRequest], None] = _finish_nothing
    """Writes what the modules can't know, after them and before details."""
    reconcile: Callable[[Dataset, Collection[str]], None] = _reconcile_nothing
    """Lets what was derived give way to what `details` gave; gets the keywords that they gave."""
    nominal_spacing_mm: float = 0.1
    """Imager Pixel Spacing where it is Type 1 and nobody told it."""
    grey: bool = False
    """A colour picture has no place in it; one whose channels are all equal is taken as grey."""
    default_view: str = ""
    """A key of codes/views.csv, for a shot that tells nothing."""
    modalities: frozenset[str] = frozenset()
    """The modalities that an object of the SOP class may have; empty when the standard leaves it open."""

    @cached_property
    def attributes(self) -> Attributes:
        """All attributes that an object may have, of all modules."""
        return reduce(merged, (use.module.attributes for use in self.uses))

    @cached_property
    def owners(self) -> dict[str, tuple[str, ...]]:
        """Which modules have an attribute, by keyword."""
        found: dict[str, tuple[str, ...]] = {}
        for use in self.uses:
            for keyword in use.module.attributes:
                found[keyword] = (*found.get(keyword, ()), use.module.title)
        return found


def uses(
    mandatory: tuple[Module, ...],
    optional: tuple[Module, ...] = (),
    conditional: tuple[Module, ...] = (),
) -> tuple[Use, ...]:
    """Modules with their usage; those that narrow others come last."""
    return (
        tuple(Use(module, "M") for module in mandatory)
        + tuple(Use(module, "C") for module in conditional)
        + tuple(Use(module, "U") for module in optional)
    )


def iod(kind: str) -> Callable[[Callable[[], Iod]], Callable[[], Iod]]:
    """Mark a function as the maker of the IOD of that kind; the registry finds it (see `iods`)."""

    def mark(make: Callable[[], Iod]) -> Callable[[], Iod]:
        setattr(make, MARK, kind)
        return make

    return mark
