"""STOPS at the sender's side: an SMTP server that screens each recipient and hands the message on.

`server` listens, `conversation` hears a client, `admission` says whether it may send, `desk`
decides about a recipient. Who takes the message stands in `smtp.client`.
"""
