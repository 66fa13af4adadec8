"""ASKS WHO YOU ARE: passwords, one-time codes, OpenID Connect, sessions."""
