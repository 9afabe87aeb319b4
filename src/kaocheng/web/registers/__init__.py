"""Rosters and ledgers: entering, signing, correcting, checking."""
