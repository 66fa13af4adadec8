"""The commands below `missent user`."""
