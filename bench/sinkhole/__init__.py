"""The sinkhole beside aiosmtpd with the same policy and Postfix's smtp-sink."""
