"""Query keys to SQL, PS3.4 C.2.2.2: what a peer asks for becomes conditions and values, never text of a statement."""
