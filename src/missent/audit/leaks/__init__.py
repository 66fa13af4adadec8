"""FINDS where mail went wrong, in the table of message events."""
