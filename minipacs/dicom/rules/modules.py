"""An object against the tables of its IOD's modules: types, conditions, enumerated values, items. PS3.3, PS3.5 7.4."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from minipacs.dicom.iod import Iod, Use
from minipacs.dicom.modules.base import Attribute, Attributes, When
from minipacs.dicom.rules.finding import Finding
from minipacs.dicom.values import show_tag


def check_modules(ds: Dataset, iod: Iod) -> Iterator[Finding]:
    """Every breach of the modules that `ds` has or should have, each told once."""
    told: set[tuple[str, str]] = set()
    for use in iod.uses:
        if use.always_checked or _is_used(ds, use, iod):
            for finding in _Check(ds, use.module.conditions, _rule(use)).level(
                ds, use.module.attributes
            ):
                if (finding.keyword, finding.what) not in told:
                    told.add((finding.keyword, finding.what))
                    yield finding


def _rule(use: Use) -> str:
    return f"PS3.3 {use.module.clause} {use.module.title} Module"


def _is_used(ds: Dataset, use: Use, iod: Iod) -> bool:
    """Whether an optional module is there: something that only it asks for, or only it knows."""
    title = use.module.title
    return any(
        keyword in ds and iod.owners[keyword] == (title,) for keyword in use.module.attributes
    )


class _Check:
    """One module against one object."""

    def __init__(self, root: Dataset, conditions: Mapping[str, When], rule: str) -> None:
        self._root = root
        self._conditions = conditions
        self._rule = rule

    def level(
        self, ds: Dataset, attributes: Attributes, path: str = "", plain: str = ""
    ) -> Iterator[Finding]:
        """Findings of the attributes at one level; `plain` is the path without item numbers."""
        for keyword, attribute in attributes.items():
            where, condition = f"{path}{keyword}", self._conditions.get(f"{plain}{keyword}")
            if keyword not in ds:
                yield from self._absent(ds, attribute, where, condition)
                continue
            element = ds[keyword]
            yield from self._present(ds, attribute, where, condition, element)
            if element.VR == "SQ":
                for index, item in enumerate(element.value or ()):
                    yield from self.level(
                        item, attribute.inside, f"{where}[{index}].", f"{plain}{keyword}."
                    )

    def _absent(
        self, ds: Dataset, attribute: Attribute, where: str, condition: When | None
    ) -> Iterator[Finding]:
        kind = attribute.type
        if kind in ("1", "2"):
            need = "a value" if kind == "1" else "to be there, even if empty"
            yield self._finding(attribute, where, f"is missing (Type {kind})", f"it needs {need}")
        elif kind in ("1C", "2C") and condition is not None and condition.holds(ds, self._root):
            what = f"is missing (Type {kind}) though {condition.text}"
            yield self._finding(attribute, where, what, "add it", condition.severity)

    def _present(
        self,
        ds: Dataset,
        attribute: Attribute,
        where: str,
        condition: When | None,
        element: DataElement,
    ) -> Iterator[Finding]:
        if element.is_empty:
            if attribute.type in ("1", "1C"):
                what = f"has no value (Type {attribute.type})"
                yield self._finding(attribute, where, what, "give it a value")
            return
        if (
            condition is not None
            and condition.forbidden_otherwise
            and not condition.holds(ds, self._root)
        ):
            # PS3.5 7.4.2 forbids it, but readers bear it; so it is told and not refused.
            what = f"is there though it should only be when {condition.text}"
            yield self._finding(attribute, where, what, "remove it", "warning")
        if element.VR == "SQ":
            yield from self._items(attribute, where, len(element.value))
        elif attribute.values:
            yield from self._enumerated(attribute, where, element)

    def _items(self, attribute: Attribute, where: str, count: int) -> Iterator[Finding]:
        least, most = attribute.items
        if count < least or (most is not None and count > most):
            limit = str(most) if most is not None else f"at least {least}"
            what = f"has {count} items, allowed: {limit}"
            yield self._finding(attribute, where, what, "keep the allowed number of items")

    def _enumerated(
        self, attribute: Attribute, where: str, element: DataElement
    ) -> Iterator[Finding]:
        values = element.value if element.VM > 1 else [element.value]
        if any(_shown(value) not in attribute.values for value in values):
            allowed = ", ".join(sorted(attribute.values))
            yield self._finding(
                attribute, where, "has a value that is not enumerated", f"use one of: {allowed}"
            )

    def _finding(
        self, attribute: Attribute, where: str, what: str, mend: str, severity: str = "error"
    ) -> Finding:
        tag = tag_for_keyword(attribute.keyword) or 0
        return Finding(severity, where, show_tag(tag), self._rule, what, mend)


def _shown(value: object) -> str:
    """A value as the tables write it: numbers without a needless fraction."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
