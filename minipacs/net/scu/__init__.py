"""What we ask of other nodes: one module per service, each a function over `minipacs.net.association`."""
