"""Stories: what was tried, what got in the way and what was learned, whether it worked, partly or not."""
