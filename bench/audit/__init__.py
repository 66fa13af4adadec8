"""The audit of logs: how fast, in how much memory, beside what."""
