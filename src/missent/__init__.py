"""missent keeps e-mail from going to the wrong place."""
