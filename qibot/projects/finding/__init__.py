"""Finding projects and stories by their words, and projects that look like another."""
