#!/usr/bin/env bash
# Tests the whole platform on a real node: starts it, packs and builds the images, installs the chart, runs the tests,
# and takes everything down again. Arguments go to vitest. With TESTBED_KEEP=1 the node stays for the next run.
set -euo pipefail
source "$(dirname "$0")/lib/settings.sh"
source "$testbed/lib/node-settings.sh"
started=$SECONDS
lap() { step "$1 after $((SECONDS - started)) s"; }

"$testbed/build.sh" helm
"$testbed/images.sh" odoo postgres
"$root/deploy/images/build.sh"
lap "images ready"
[ -n "${TESTBED_KEEP:-}" ] || trap '"$testbed/node.sh" down' EXIT
[ -e "$state/run/kubelet.pid" ] || "$testbed/node.sh" up
lap "node ready"
cd "$root"
TESTBED_STATE=$state KUBECONFIG=$kubeconfig HELM=$bin/helm PATH="$root/node_modules/.bin:$PATH" \
  vitest run --config packages/server/test-node/vitest.config.ts "$@"
lap "tests done"
