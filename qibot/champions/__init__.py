"""Champions: people's offers to help, and finding the right one."""
