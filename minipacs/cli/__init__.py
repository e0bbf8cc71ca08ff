"""The `minipacs` command: one module per command, all usable from another program's command line too."""

from minipacs.cli.frame import CommandFailed, add_commands, main, run

__all__ = ["CommandFailed", "add_commands", "main", "run"]
