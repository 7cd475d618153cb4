"""A hot standby, streamed to from a server of its own: rights there are those of the primary."""
