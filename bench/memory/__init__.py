"""A memory of a million contacts: its size, and what a question costs."""
