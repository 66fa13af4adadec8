"""The store of the console, in the database of the memory: SQLite or PostgreSQL."""
