"""The rules that a finished object is checked by: values, modules, pixels, codes, and what belongs to no module."""
