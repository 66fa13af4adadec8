"""SHOWS: the page and the timeline that every report of an audit is made of."""
