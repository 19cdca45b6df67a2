"""The report of an event: what is known of it, in which order it is told, and written down as files."""
