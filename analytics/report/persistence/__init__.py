"""The page on persistence: how long do people stay on therapy?"""
