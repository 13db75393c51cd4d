"""The page on dosing: are the limits kept?"""
