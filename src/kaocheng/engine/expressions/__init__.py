"""The expression language of conditions and amounts: typed, size-bounded, always terminating."""
