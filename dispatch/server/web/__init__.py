"""The HTTP side: parse, call the desk, answer."""
