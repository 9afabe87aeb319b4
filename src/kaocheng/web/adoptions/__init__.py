"""Adopting a scheme: parameters, people, days, approval, amendments."""
