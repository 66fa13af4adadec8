"""Single addresses, beside the other tools that look for typos in addresses."""
