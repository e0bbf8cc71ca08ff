"""One file per command of `chairside`."""
