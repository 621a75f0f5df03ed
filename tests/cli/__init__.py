"""COMMANDS, tested."""
