"""STD-GEN-CD: anything uncompressed on a CD; also the base of IHE PDI."""

from __future__ import annotations

from minipacs.media.profiles.base import Profile


def profile() -> Profile:
    """PS3.11 Annex D."""
    return Profile("STD-GEN-CD", "General purpose CD-R, uncompressed", "PS3.11 Annex D")
