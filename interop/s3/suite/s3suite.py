"""Which servers are tried how, and the count of what held."""

import contextlib
import pathlib
import sys
import tempfile
import traceback

import command
import contracts
import installed
import servers
from tally import Tally


def _good(server, long, work, tally):
    keeps_checksums = command.accepted(server, tally)
    here, remote = command.round_trip(server, work, keeps_checksums, tally)
    if server.files:
        command.damage(server, here, remote, work, tally)
    contracts.run(server, contracts.CONTRACTS, False, tally)
    contracts.run(server, contracts.WRITERS, long, tally)


def _bad(server, long, work, tally):
    with contextlib.suppress(OSError):
        server.bucket("varve")
    command.refused(server, tally)


SERVERS = {
    "versitygw": (lambda work, tally: servers.versitygw("v1.8.0", work, tally), _good, False),
    "versitygw-1.7": (lambda work, tally: servers.versitygw("v1.7.0", work, tally), _bad, False),
    "s3rver": (servers.s3rver, _bad, False),
    "ceph": (servers.ceph, _good, True),
    "minio": (servers.minio, _good, True),
}


def main(arguments):
    tally = Tally()
    long = "--long" in arguments
    chosen = [each for each in arguments if not each.startswith("--")]
    unknown = [each for each in arguments if each not in SERVERS and each != "--long"]
    if unknown:
        print(f"not known: {' '.join(unknown)}; servers are {' '.join(SERVERS)}, and there is --long", file=sys.stderr)
        return 2
    for name, (start, check, slow) in SERVERS.items():
        if name in chosen or (not chosen and (long or not slow)):
            _one(name, start, check, long, tally, slow and name not in chosen)
    return tally.finish()


def _one(name, start, check, long, tally, optional):
    with tempfile.TemporaryDirectory(prefix="varve-s3-") as place:
        work = pathlib.Path(place)
        try:
            with start(work / "server", tally) as server:
                tally.say(f"{server.name} answers at {server.endpoint}")
                check(server, long, work, tally)
        except installed.Missing as missing:
            if optional:
                tally.say(f"skipped {name}: {missing}")
            else:
                tally.test(f"{name} can be tried", str(missing))
        except command.Failed as failed:
            tally.test(name, str(failed))
        except Exception:
            tally.test(name, traceback.format_exc())
