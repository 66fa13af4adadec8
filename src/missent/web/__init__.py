"""SHOWS: the pages on which a sender chooses. They need the extra `web`."""
