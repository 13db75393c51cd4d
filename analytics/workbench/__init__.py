"""The policy workbench: write, check, show and compare policies."""
