"""Working on a project: who is on it, how it goes, who leads it next."""
