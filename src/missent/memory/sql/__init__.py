"""The store in a relational database: SQLite or PostgreSQL, by one implementation."""
