"""Reviews and ballots."""
