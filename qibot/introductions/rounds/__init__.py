"""Rounds: programmes that people take part in, and in which they meet somebody new every so often."""
