"""The process of a scheme: phrases of time, laying out on a calendar, votes, sizes of draws."""
