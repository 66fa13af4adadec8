"""KEEPS RUNNING: processes, the event loop and systemd, for every room that serves."""
