"""WORDS: a folder a message, its class, how it is rendered, linked and sent."""
