"""The dialog that asks which teeth a position will show."""

from __future__ import annotations

import tkinter as tk

from kiosk.presenters.exam_view import TeethQuestion
from kiosk.ui.dialogs import Sheet, Sheets
from kiosk.ui.widgets.label import Words
from kiosk.ui.widgets.segments import Segment, Segments
from kiosk.ui.widgets.tooth_chart import ToothChart


def ask_teeth(sheets: Sheets, question: TeethQuestion) -> Sheet:
    """Show the chart; Enter confirms once a tooth is chosen, Escape goes back without one."""
    kit = sheets.kit
    tr, px = kit.tr, kit.theme.px
    sheet = Sheet(sheets, tr(question.title), note=tr(question.note), width=960)
    ground = str(sheet.body.cget("background"))
    pages = {"permanent": question.permanent, "deciduous": question.deciduous}
    milk = {tooth.key for row in question.deciduous for tooth in row}
    page = "deciduous" if question.proposed and set(question.proposed) <= milk else "permanent"
    words = {tooth.key: tooth.words for jaws in pages.values() for row in jaws for tooth in row}

    def changed() -> None:
        chosen = [words[key] for key in words if key in chart.marked]
        said.say(
            tr("Chosen: {teeth}", teeth=", ".join(chosen)) if chosen else tr("No tooth chosen yet")
        )
        choose.enable(bool(chosen))

    def confirm() -> None:
        if chart.marked:
            sheet.close()
            question.chosen([key for key in words if key in chart.marked])

    segments = Segments(
        sheet.body,
        kit,
        [Segment("permanent", tr("Permanent teeth")), Segment("deciduous", tr("Milk teeth"))],
        lambda key: chart.show(pages[key]),
    )
    segments.choose(page)
    segments.pack(anchor="w", pady=(0, px(14)))
    sides = tk.Frame(sheet.body, background=ground)
    sides.pack(fill="x", pady=(0, px(4)))
    Words(sides, kit, tr("Patient's right"), size=13, tone="muted").pack(side="left")
    Words(sides, kit, tr("Patient's left"), size=13, tone="muted").pack(side="right")
    chart = ToothChart(sheet.body, kit, pages[page], question.proposed, changed)
    chart.pack()
    said = Words(sheet.body, kit, "", size=17, bold=True)
    said.pack(anchor="w", pady=(px(14), 0))
    choose = sheet.button(tr("Choose"), confirm, kind="primary", key="⏎")
    sheet.button(tr("Go back"), sheet.close, key="Esc")
    changed()
    sheet.show(chart, confirm)
    return sheet
