"""People: who they are, where they work, what they agreed to, and the words of quality improvement they share."""
