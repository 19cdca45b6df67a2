"""When nobody fits: questions to the organisers."""
