"""ANSWERS programs over HTTP: `/v1`, health and metrics. It needs the extra `web`."""
