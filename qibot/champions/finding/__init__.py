"""Finding the right person: what shows that somebody knows about something, and whom a question leads to."""
