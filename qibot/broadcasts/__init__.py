"""One message from an organiser to exactly the people they mean, and what became of it for each."""
