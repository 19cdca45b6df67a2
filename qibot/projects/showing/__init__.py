"""What an organisation shows others of its projects: choosing it, and what is said of the choice."""
