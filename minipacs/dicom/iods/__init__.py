"""The kinds of image that can be built: one file per kind, found by looking into this folder.

>>> from minipacs.dicom import iods
>>> iods.kinds()
('ceph', 'cr', 'dx', 'endo', 'io', 'photo', 'px', 'sc', 'us')
>>> iods.iod_for("photo").title
'VL Photographic Image'
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from pydicom.dataset import Dataset

from minipacs.dicom.build import build_image
from minipacs.dicom.errors import BadRequest
from minipacs.dicom.iod import MARK, Iod
from minipacs.dicom.model import ImageRequest

__all__ = ["BadRequest", "Iod", "build", "iod_for", "iods", "iods_of", "kinds"]


def kinds() -> tuple[str, ...]:
    """The kinds, sorted."""
    return tuple(iods())


def iod_for(kind: str) -> Iod:
    """The IOD of a kind. Raises BadRequest for one that there isn't."""
    try:
        return iods()[kind]
    except KeyError:
        raise BadRequest(
            "kind", f"there is no such kind; take one of {', '.join(kinds())}"
        ) from None


@cache
def iods() -> Mapping[str, Iod]:
    """All IODs by kind. Raises ValueError when two files claim the same kind."""
    found: dict[str, Iod] = {}
    for module in pkgutil.iter_modules(__path__):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        for maker in vars(loaded).values():
            kind = getattr(maker, MARK, None)
            if kind is None or maker.__module__ != loaded.__name__:
                continue
            if kind in found:
                raise ValueError(f"two files of {__name__} are of kind {kind}")
            found[kind] = maker()
    return MappingProxyType(dict(sorted(found.items())))


@cache
def iods_of(sop_class_uid: str) -> tuple[Iod, ...]:
    """The IODs with that SOP class; several kinds may share one."""
    return tuple(iod for iod in iods().values() if iod.sop_class_uid == sop_class_uid)


def build(request: ImageRequest) -> Dataset:
    """One object, whole and conforming, from what was taken of whom with what.

    `file_meta.TransferSyntaxUID` is Explicit VR Little Endian, or JPEG Baseline when the frame is a JPEG.

    Raises:
        BadRequest: what was given makes no conforming object; carries the keyword and why.
    """
    return build_image(iod_for(request.kind), request)
