"""LOOKS AROUND: which lookalikes of ours take our mail, ranked by what will leak."""
