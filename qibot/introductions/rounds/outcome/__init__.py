"""What became of somebody in a round, and why."""
