"""Asks the window what stands on it: a process of its own, since a Tk ends with its screen.

Reads a line, prints a line of JSON: [[words, x, y], ...], or {"gone": why} when no window answers. The line `close`
first does what a window manager asks for when its close button is pressed.
"""

from __future__ import annotations

import json
import sys
import tkinter as tk

# Walks the widgets that can be seen and gives each text with the middle of the place where it stands. What a dialog
# covers is left out: `winfo containing` names the widget on top.
READ = r"""
proc ::see {w} {
    if {![winfo viewable $w]} { return {} }
    set found {}
    set x [winfo rootx $w]
    set y [winfo rooty $w]
    set middle [list [expr {$x + [winfo width $w] / 2}] [expr {$y + [winfo height $w] / 2}]]
    switch [winfo class $w] {
        Label - TLabel - TButton { lappend found [list [$w cget -text] {*}$middle] }
        Entry - TEntry { lappend found [list [$w get] {*}$middle] }
        Canvas { foreach item [$w find all] {
            if {[$w type $item] ne "text" || [$w bbox $item] eq ""} { continue }
            lassign [$w bbox $item] l t r b
            lappend found [list [$w itemcget $item -text] \
                [expr {$x + ($l + $r) / 2 - int([$w canvasx 0])}] \
                [expr {$y + ($t + $b) / 2 - int([$w canvasy 0])}]]
        } }
    }
    set seen {}
    foreach one $found {
        lassign $one words atx aty
        if {$words ne "" && [winfo containing $atx $aty] eq $w} { lappend seen $one }
    }
    foreach child [winfo children $w] { lappend seen {*}[::see $child] }
    return $seen
}
::see .
"""


def main() -> None:
    """Answer until the input ends."""
    root = tk.Tk(baseName="eye", className="Eye")
    root.withdraw()
    for line in sys.stdin:
        try:
            if line.strip() == "close":
                root.tk.call("send", "chairside", "{*}[wm protocol . WM_DELETE_WINDOW]")
            answer = root.tk.call("send", "chairside", READ)
        except tk.TclError as problem:
            print(json.dumps({"gone": str(problem)}), flush=True)
            continue
        texts = [root.tk.splitlist(one) for one in root.tk.splitlist(answer)]
        rows = [[str(words), int(x), int(y)] for words, x, y in texts]
        print(json.dumps(rows), flush=True)


if __name__ == "__main__":
    main()
