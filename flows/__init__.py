"""WHEN: one file, one flow, read top to bottom."""
