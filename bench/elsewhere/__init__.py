"""Slips that people made elsewhere: in public sources of software, and in the mail about it."""
