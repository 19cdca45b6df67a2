"""The bot's own language: what is said, what is asked, what comes back. No Slack, no Teams, no SQL."""
