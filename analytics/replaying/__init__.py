"""The same extracts judged under another version, or another payer's policy: what would have come out otherwise?"""
