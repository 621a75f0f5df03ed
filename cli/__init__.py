"""COMMANDS: the same doors as the web, for a terminal."""
