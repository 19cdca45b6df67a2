"""The network as a whole: what is new in the topics that people follow, and topics that become one."""
