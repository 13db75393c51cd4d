"""The same extracts judged under another version, or another payer's policy: what would have come out otherwise?"""

from analytics.replaying.judged import Replay, replay

__all__ = ["Replay", "replay"]
