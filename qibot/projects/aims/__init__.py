"""What an aim says already, what would make it easier to learn from, and whether there is much under way as it is."""
