"""A second, slow and plain implementation of the rules, which the tests hold against the product's SQL.

It shares no code, no policy file and no query with the product: both policies are written out here by hand.
"""
