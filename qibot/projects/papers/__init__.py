"""Projects as papers: read from a file, written to one, and written up for others."""
