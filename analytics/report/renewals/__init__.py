"""The page on renewals: what becomes of approvals when they end?"""
