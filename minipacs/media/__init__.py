"""File-sets on removable media: PS3.10 and PS3.11. The way in is `minipacs.media.fileset`."""
