"""考成: a written 考核方案 becomes a running, exact and explained assessment."""
