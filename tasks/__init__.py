"""WHAT: small effects, each safe to repeat."""
