"""What the bot says of how a broadcast goes: figures, answers, words that came back."""
