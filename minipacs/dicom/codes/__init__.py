"""Coded concepts as data: CSV tables beside checked loaders. `teeth` knows tooth notations, `tables` all the rest."""
