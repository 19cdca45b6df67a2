"""When nobody fits: a question to the organisers, and the gap map."""
