"""An SMTP server that screens each recipient and hands the message on.

`server` listens, `session` decides, `upstream` or `outbox` takes the message.
"""
