"""Questions from the room at an event, and their answers."""
