"""The room's tables and statements, in the database of the memory."""
