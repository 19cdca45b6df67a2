"""The gap map: what people look for and nobody offers, and words in which no topic was read."""
