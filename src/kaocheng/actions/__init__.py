"""Every write, through `perform`: one transaction, once, under the right version, audited."""
