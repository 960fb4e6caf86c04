# guest.py - boots the lab for a script: runs a program in it and hands back what it printed
# SPDX-License-Identifier: BSD-3-Clause
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.join(os.path.dirname(HERE), "build")
FAILED = 125

# What our path takes the lab's platforms for.
DOMAIN = {"adr": "adr", "eadr": "eadr", "posted": "flush-device"}


class LabError(Exception):
    """The lab, or what ran in it, failed: says what and where."""


def built(build, name):
    """The built file of this name, in the folder where the build puts it."""
    for place in (build, os.path.join(build, "tests")):
        if os.path.isfile(os.path.join(place, name)):
            return os.path.join(place, name)
    raise LabError(f"{build} has no {name}; build the tests (cmake --build {build}), or name another folder: --build")


def boot(platform, fs, program, arguments, options=()):
    """Runs the program on a DAX mount of this platform and file system; its standard output."""
    command = [os.path.join(HERE, "run"), "--timeout", "240", "--program", program, *options, platform, fs, "--", *arguments]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if run.returncode:
        raise LabError(f"{platform} {fs}: {os.path.basename(program)}: exit {run.returncode}: " + run.stderr.strip())
    return run.stdout
