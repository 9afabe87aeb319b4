"""The process of a scheme: time phrases, the calendar they lay out, votes, draws."""
