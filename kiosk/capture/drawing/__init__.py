"""Draws the simulator's pictures, by formula alone: no real patient is in them. Lengths are millimetres."""
