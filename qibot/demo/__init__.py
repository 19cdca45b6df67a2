"""Stand-ins for the platforms, the page that shows them, and an invented network."""
