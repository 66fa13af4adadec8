"""A sample organisation, so that a newcomer sees a console with life in it."""
