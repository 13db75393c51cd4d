"""Extracts prepared for many runs: what any run needs of them is kept, keyed by what the files hold (`um prepare`)."""
