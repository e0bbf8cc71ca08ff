"""What fills the worklist from outside: one module per file format, all ending in the same flat order."""
