"""DECIDES. Pure: the same inputs give the same verdict, everywhere."""
