"""Mixed pairs of those who are at an event."""
