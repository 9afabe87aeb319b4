"""Linear; one purpose each."""
