"""The confidential list of those somebody is never to be introduced to."""
