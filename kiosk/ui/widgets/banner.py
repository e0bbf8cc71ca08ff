"""Who is in the chair: a name, two identifiers, and what else tells one patient from another."""

from __future__ import annotations

import tkinter as tk

from kiosk.i18n import Text
from kiosk.presenters.words import Identity
from kiosk.ui.kit import Kit
from kiosk.ui.widgets.label import IconLabel, Words

KIND_ICONS = {"person": "person", "animal": "animal", "component": "component"}


class Fact(tk.Frame):
    """A small name and below it the value."""

    def __init__(self, parent: tk.Misc, kit: Kit, name: str, *, size: float = 18) -> None:
        super().__init__(parent, background=str(parent.cget("background")))
        Words(self, kit, name, size=12, tone="faint").pack(anchor="w")
        self._value = Words(self, kit, "", size=size, bold=True)
        self._value.pack(anchor="w")

    def say(self, words: str) -> None:
        """The value."""
        self._value.say(words)


class PatientBanner(tk.Frame):
    """A line with everything about the patient; children can be packed at its sides."""

    def __init__(self, parent: tk.Misc, kit: Kit) -> None:
        palette, px = kit.theme.palette, kit.theme.px
        super().__init__(parent, background=palette.panel, height=px(76))
        self.pack_propagate(False)
        self.kit = kit
        tr = kit.tr
        self.left = tk.Frame(self, background=palette.panel)
        self.left.pack(side="left", fill="y")
        self.right = tk.Frame(self, background=palette.panel)
        self.right.pack(side="right", fill="y", padx=(0, px(16)))
        self._icon = IconLabel(self, kit, "person", size=30, tone="accent")
        self._icon.pack(side="left", padx=(px(12), px(12)))
        names = tk.Frame(self, background=palette.panel)
        names.pack(side="left", padx=(0, px(26)))
        self._name_words = Words(names, kit, "", size=24, bold=True)
        self._name_words.pack(anchor="w")
        self._other = Words(names, kit, "", size=16)
        self._more = Words(names, kit, "", size=13, tone="muted")
        self._identifier = Fact(self, kit, tr("Patient number"))
        self._born = Fact(self, kit, tr("Born"))
        self._sex = Fact(self, kit, tr("Age, sex"))
        for fact in (self._identifier, self._born, self._sex):
            fact.pack(side="left", padx=(0, px(26)))

    def show(self, who: Identity) -> None:
        """This patient."""
        tr, theme = self.kit.tr, self.kit.theme
        self._icon.show(KIND_ICONS[who.kind.value], "accent")
        self._name_words.say(theme.fit_text(who.name, theme.font(24, bold=True), theme.px(360)))
        for label, words, size in (
            (self._other, who.other_script, 16),
            (self._more, tr(who.more), 13),
        ):
            label.pack_forget()
            if words:
                label.say(theme.fit_text(words, theme.font(size), theme.px(360)))
                label.pack(anchor="w")
        self._identifier.say(who.identifier)
        self._born.say(who.born or "–")
        self._sex.say(age_and_sex(self.kit, who) or "–")


def age_and_sex(kit: Kit, who: Identity) -> str:
    """`42 years, female`."""
    parts: list[Text] = [who.age, who.sex]
    return ", ".join(kit.tr(part) for part in parts if part)
