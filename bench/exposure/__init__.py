"""What people type for a name, how soon it is among our candidates, and what the DNS takes."""
