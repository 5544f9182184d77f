"""What held and what did not. What could not be tried did not hold."""

import threading
import time

BEGAN = time.monotonic()


class Tally:
    """Counts tests; thread-safe. A test passes where no problem is told."""

    def __init__(self):
        self.passed = self.failed = 0
        self.lock = threading.Lock()

    def say(self, words):
        with self.lock:
            print(f"{time.monotonic() - BEGAN:7.1f} s  {words}", flush=True)

    def test(self, name, problems=()):
        """Counts one test; `problems` are sentences, or one sentence, and none for a pass."""
        problems = [problems] if isinstance(problems, str) else list(problems)
        with self.lock:
            if problems:
                self.failed += 1
            else:
                self.passed += 1
        for problem in problems[:8]:
            self.say(f"FAILED {name}: {problem}")
        if len(problems) > 8:
            self.say(f"FAILED {name}: and {len(problems) - 8} more")
        return not problems

    def finish(self):
        if self.passed + self.failed == 0:
            self.say("nothing was tested, which is a failure too")
            self.failed = 1
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed else 0
