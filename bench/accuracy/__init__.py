"""How well slips are found in real mail: recall against needless prompts, beside the peers."""
