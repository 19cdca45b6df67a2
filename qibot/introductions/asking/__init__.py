"""Asking to be introduced: to a champion, the lead of a project, a person by name, somebody in the same role."""
