"""What the bot says while a broadcast is let go: held back, looked at by a second organiser, taken back."""
