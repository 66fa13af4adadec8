"""STOPS at the MTA: a milter for Postfix and other MTAs that speak Sendmail's milter protocol."""
