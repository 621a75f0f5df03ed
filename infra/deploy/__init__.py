"""How Muster gets onto AWS: check, build, show what would change, change it, and undo it."""
