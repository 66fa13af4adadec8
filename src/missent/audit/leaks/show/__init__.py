"""TELLS what an audit found: for people, for programs, for a data protection officer."""
