"""The JVM's own tests of the driver, against a server of this run."""

import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[3]
COUNTS = re.compile(r"^.*Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+)$", re.MULTILINE)
SCENARIO = re.compile(r"SCENARIO (.*)$", re.MULTILINE)

CONTRACTS = "ServerTest*,FaultyWireTest*"
WRITERS = "ManyWritersTest"


def run(server, tests, long, tally):
    """Runs them and counts each."""
    command = [
        "mvn", "-B", "-pl", "cas-s3", "-am", "test", "-Dspotless.check.skip", "-Dsurefire.failIfNoSpecifiedTests=false",
        f"-Dtest={tests}", f"-Dvarve.s3.endpoint={server.endpoint}", f"-Dvarve.s3.accessKey={server.access}",
        f"-Dvarve.s3.secretKey={server.secret}",
    ]  # fmt: skip
    if long:
        command.append("-Dvarve.long=true")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        command, cwd=ROOT, env=clean, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    for line in SCENARIO.findall(done.stdout):
        tally.say(f"{server.name}: {line}")
    counts = [tuple(map(int, each)) for each in COUNTS.findall(done.stdout)]
    # The last line of a module sums it up; modules before the driver have no such test.
    ran, failures, errors, skipped = counts[-1] if counts else (0, 0, 0, 0)
    wrong = failures + errors
    for _ in range(ran - wrong - skipped):
        tally.test(f"{server.name}: {tests}")
    problems = re.findall(r"^\[ERROR\] +(\S*Test\S*[.:].*)$", done.stdout, re.MULTILINE)
    for index in range(wrong):
        tally.test(f"{server.name}: {tests}", problems[index] if index < len(problems) else "failed; see above")
    if ran == 0 or (done.returncode and not wrong):
        tally.test(f"{server.name}: {tests}", f"mvn ended with {done.returncode}:\n{done.stdout[-3000:]}")
