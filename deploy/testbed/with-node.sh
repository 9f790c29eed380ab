#!/usr/bin/env bash
# Runs a command beside the test bed's real node: with-node.sh COMMAND…
# Packs and builds the images, starts the node, runs the command in the repository's root, and takes everything down
# again. With TESTBED_KEEP=1 the node stays for the next run.
set -euo pipefail
source "$(dirname "$0")/lib/settings.sh"
source "$testbed/lib/node-settings.sh"
[ $# -gt 0 ] || fail "usage: with-node.sh COMMAND…"
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
TESTBED_STATE=$state KUBECONFIG=$kubeconfig HELM=$bin/helm PATH="$root/node_modules/.bin:$PATH" "$@"
lap "done"
