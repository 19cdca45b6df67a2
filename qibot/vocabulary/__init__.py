"""What words mean: topics, how people say them, slips of the keyboard, what is near in meaning. No database."""
