#!/usr/bin/env bash
# Stops everything the test bed started and removes its state; the cache of built programs stays.
set -uo pipefail
source "$(dirname "$0")/lib/settings.sh"
step "stopping"
stop_all
rm -rf "$state"
