"""What comes back from those who were asked: their answers by mail."""
