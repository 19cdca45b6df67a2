"""Having what is held about oneself erased."""
