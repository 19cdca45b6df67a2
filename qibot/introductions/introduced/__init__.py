"""The card that people get once they are introduced, whether one asked for the other or a round matched them."""
