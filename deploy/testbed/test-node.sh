#!/usr/bin/env bash
# Tests the whole platform on a real node; arguments go to vitest. With TESTBED_KEEP=1 the node stays for the next run.
set -euo pipefail
exec "$(dirname "$0")/with-node.sh" vitest run --config packages/server/test-node/vitest.config.ts "$@"
