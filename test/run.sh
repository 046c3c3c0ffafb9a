#!/bin/sh
# Runs the tests, then ends the compiler that tsimp leaves running in the background.
ava "$@"
status=$?
tsimp --stop
exit $status
