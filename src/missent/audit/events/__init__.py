"""READS logs into one table of message events, kept as Parquet."""
