"""The commands below `missent sinkhole`."""
