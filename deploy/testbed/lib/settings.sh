# Shared by every script of the test bed: versions, folders, ports, and how a step speaks.
KUBERNETES_VERSION=v1.34.4
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
testbed=$root/deploy/testbed
cache=${TESTBED_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/odoo-saas-kit/testbed}
bin=$cache/bin
state=${TESTBED_STATE:-$root/.testbed}
api_port=${TESTBED_API_PORT:-26443}
etcd_port=${TESTBED_ETCD_PORT:-22379}
# Where the API server listens; with a real node this is the node's address, so that pods reach it.
api_host=${TESTBED_API_HOST:-127.0.0.1}
kubeconfig=$state/kubeconfig
mkdir -p "$bin"

step() { printf '== %s\n' "$*"; }
fail() {
  printf 'testbed: %s\n' "$*" >&2
  exit 1
}
need() { command -v "$1" >/dev/null 2>&1 || fail "'$1' is missing: $2"; }

# Starts a program in the background with a log and a pid file of its own.
background() {
  local name=$1
  shift
  nohup "$@" >"$state/log/$name.log" 2>&1 </dev/null &
  echo $! >"$state/run/$name.pid"
}

# wait_until SECONDS WHAT COMMAND…
wait_until() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $deadline ] || fail "$what was not there in time; see $state/log"
    sleep 0.2
  done
}

# pid_of NAME: of the program that runs under this name. Nothing when it has ended: its number may be another's by then.
pid_of() {
  local pid
  pid=$(cat "$state/run/$1.pid" 2>/dev/null) || return 1
  grep -qa -- "$1" "/proc/$pid/cmdline" 2>/dev/null && echo "$pid"
}

# Asks all to end at once, then waits: one that waits for another would hold up the rest.
stop_all() {
  local file name pid
  for file in "$state"/run/*.pid; do
    pid=$(pid_of "$(basename "$file" .pid)") && kill "$pid" 2>/dev/null
  done
  for file in "$state"/run/*.pid; do
    name=$(basename "$file" .pid)
    for _ in $(seq 50); do pid_of "$name" >/dev/null || break; sleep 0.1; done
    pid=$(pid_of "$name") && kill -9 "$pid" 2>/dev/null
    rm -f "$file"
  done
  return 0
}
