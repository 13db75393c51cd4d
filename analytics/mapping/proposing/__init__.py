"""`um init`: a folder of foreign extracts looked at -> a proposed `um.toml`, with what is sure, likely and unsure."""
