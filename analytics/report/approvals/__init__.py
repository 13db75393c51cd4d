"""The page on approvals: which criteria decide?"""
