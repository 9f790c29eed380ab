#!/usr/bin/env bash
# Builds etcd and Kubernetes from their Go modules into the cache; a second run takes seconds.
set -euo pipefail
source "$(dirname "$0")/lib/settings.sh"
need go "install Go 1.26 or later"

# build NAME MODULE-FOLDER PACKAGE [go build flags…]
build() {
  local name=$1 folder=$2 package=$3 stamp
  shift 3
  stamp="$KUBERNETES_VERSION $(cat "$testbed/$folder/go.mod" | cksum)"
  if [ -x "$bin/$name" ] && [ "$(cat "$bin/$name.stamp" 2>/dev/null)" = "$stamp" ]; then return; fi
  step "building $name"
  (cd "$testbed/$folder" && CGO_ENABLED=0 go build -buildvcs=false "$@" -o "$bin/$name" "$package")
  echo "$stamp" >"$bin/$name.stamp"
}

version=k8s.io/component-base/version
flags="-s -w -X $version.gitVersion=$KUBERNETES_VERSION -X $version.gitMajor=1 -X $version.gitMinor=34"
build etcd etcd go.etcd.io/etcd/server/v3
for name in kube-apiserver kube-controller-manager kube-scheduler "$@"; do
  build "$name" kubernetes "k8s.io/kubernetes/cmd/$name" -ldflags "$flags"
done
