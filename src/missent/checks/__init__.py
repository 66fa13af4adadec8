"""LOOKS. Pure. One file, one code."""
