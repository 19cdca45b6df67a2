"""Market-place stalls at an event, and who would like to know more."""
