#!/usr/bin/env bash
# Builds the test bed's programs from their Go modules into the cache; a second run takes seconds.
# Without arguments: the control plane. Arguments name more: kubelet kube-proxy kubectl coredns pause helm.
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
# Without them Helm takes every cluster that it does not ask for a 1.20.
chart=helm.sh/helm/v3/pkg/chartutil
helm_flags="-X $chart.k8sVersionMajor=1 -X $chart.k8sVersionMinor=34"
for name in etcd kube-apiserver kube-controller-manager kube-scheduler "$@"; do
  case $name in
    etcd) build etcd etcd go.etcd.io/etcd/server/v3 ;;
    kube*) build "$name" kubernetes "k8s.io/kubernetes/cmd/$name" -ldflags "$flags" ;;
    coredns) build coredns coredns github.com/coredns/coredns -ldflags "-s -w" ;;
    helm) build helm helm helm.sh/helm/v3/cmd/helm -ldflags "-s -w $helm_flags" ;;
    pause) build pause pause . -ldflags "-s -w" ;;
    *) fail "unknown program $name" ;;
  esac
done
