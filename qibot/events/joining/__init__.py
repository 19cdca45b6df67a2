"""How people come to an event: the link and its picture, the code typed or filled in."""
