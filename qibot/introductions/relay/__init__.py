"""Messages that two people who were introduced write to each other through the bot, wherever each of them sits."""
