#!/usr/bin/env bash
# Adds one real node (containerd, kubelet, kube-proxy, CoreDNS, a storage class) to the test bed: node.sh up | down.
# `up` starts the control plane too, at the node's address, so that pods reach it; `down` leaves nothing of either.
set -euo pipefail
source "$(dirname "$0")/lib/settings.sh"
source "$testbed/lib/node-settings.sh"
[ "$(id -u)" = 0 ] || fail "a real node needs root"
export TESTBED_API_HOST=$node_address

control_plane() {
  [ -e "$state/run/kube-apiserver.pid" ] && fail "a test bed runs already; stop it with deploy/testbed/down.sh"
  ip address show dev lo | grep -q "$node_address/" && fail "another test bed holds $node_address"
  mkdir -p "$state/log" "$state/run"
  ip address add "$node_address/32" dev lo
  "$testbed/up.sh"
}

network() {
  step "networking: pods in $pod_range, masqueraded"
  sysctl -n net.ipv4.ip_forward >"$state/ip_forward"
  sysctl -qw net.ipv4.ip_forward=1
  nft -f - <<NFT
table ip testbed {
  chain postrouting {
    type nat hook postrouting priority srcnat
    ip saddr $pod_range ip daddr != $pod_range masquerade
  }
}
NFT
  mkdir -p "$state/cni"
  # ptp instead of bridge: every packet is routed, so Services need no br_netfilter, and no bridge is left behind.
  cat >"$state/cni/10-testbed.conflist" <<JSON
{"cniVersion": "0.4.0", "name": "testbed", "plugins": [{"type": "ptp",
  "ipam": {"type": "host-local", "dataDir": "$state/cni-addresses", "ranges": [[{"subnet": "$pod_range"}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}
JSON
}

containerd_up() {
  step "starting containerd"
  sed -e "s|__ROOT__|$containerd_root|; s|__STATE__|$state|g; s|__CNI__|$(dirname "$(find /usr/lib/cni /opt/cni/bin -name ptp -print -quit 2>/dev/null)")|" \
    "$testbed/node/containerd.toml" >"$state/containerd.toml"
  background containerd containerd --config "$state/containerd.toml"
  wait_until 30 containerd on_node version
}

small_images() {
  local name
  for name in pause coredns; do
    if [ ! "$images/$name.tar" -nt "$bin/$name" ]; then
      rm -rf "$cache/small"
      mkdir -p "$cache/small"
      cp "$bin/$name" "$cache/small/$name"
      pack_image "localhost/testbed/$name:1" "$cache/small" "$images/$name.tar" "{\"Entrypoint\":[\"/$name\"]}"
      rm -rf "$cache/small"
    fi
  done
  for name in "$images"/*.tar; do import_image "$name"; done
}

kubelet_up() {
  step "starting kubelet and kube-proxy at $node_address"
  grep -Ev '^nameserver +(127\.|::1)' /etc/resolv.conf >"$state/resolv.conf" || true
  sed "s|__STATE__|$state|g; s|__ADDRESS__|$node_address|; s|__DNS__|$cluster_dns|" "$testbed/node/kubelet.yaml" >"$state/kubelet.yaml"
  background kubelet "$bin/kubelet" --config "$state/kubelet.yaml" --kubeconfig "$state/kubelet.kubeconfig" \
    --hostname-override "$node_name" --node-ip "$node_address" --root-dir "$state/kubelet" --cert-dir "$state/kubelet-pki" \
    --node-labels topology.kubernetes.io/zone=testbed
  sed "s|__STATE__|$state|g; s|__PODS__|$pod_range|; s|__ADDRESS__|$node_address|" "$testbed/node/kube-proxy.yaml" >"$state/kube-proxy.yaml"
  background kube-proxy "$bin/kube-proxy" --config "$state/kube-proxy.yaml" --hostname-override "$node_name"
  wait_until 60 "the node" kube wait --for=condition=Ready "node/$node_name" --timeout=1s
}

# The provisioner makes folders 0750 for root, and fsGroup does not apply to hostPath.
storage() {
  mkdir -p "$volumes"
  # Its name as the last argument, by which pid_of knows it again.
  background storage bash -c 'while sleep 0.2; do for volume in "$0"/*/; do
    [ -e "$volume/.." ] && [ "$(stat -c %a "$volume")" != 777 ] && chmod 0777 "$volume"; done; done' "$volumes" storage
}

addons() {
  step "adding CoreDNS and the storage class"
  sed "s|__DNS__|$cluster_dns|" "$testbed/node/addons.yaml" | kube apply -f - >/dev/null
  wait_until 60 CoreDNS kube -n kube-system wait --for=condition=Available deployment/coredns --timeout=1s
}

up() {
  # shellcheck disable=SC2086 # a list
  install_packages $NODE_PACKAGES
  # shellcheck disable=SC2046 # one word or none
  "$testbed/build.sh" kubelet kube-proxy coredns pause $(command -v kubectl >/dev/null || echo kubectl)
  trap 'echo "testbed: not started; clean up with deploy/testbed/node.sh down" >&2' ERR
  control_plane
  network
  containerd_up
  small_images
  kubelet_up
  storage
  addons
  step "ready: $node_name; KUBECONFIG=$kubeconfig"
}

remove_containers() {
  local kind id
  on_node version >/dev/null 2>&1 || return 0
  on_node tasks ls -q | xargs -r -n1 ctr --address "$containerd_socket" -n k8s.io tasks kill -s KILL -a
  on_node tasks ls -q | xargs -r -n1 ctr --address "$containerd_socket" -n k8s.io tasks rm -f
  on_node containers ls -q | xargs -r -n1 ctr --address "$containerd_socket" -n k8s.io containers rm
  on_node snapshots ls | awk '$3 == "Active" { print $1 }' |
    xargs -r -n1 ctr --address "$containerd_socket" -n k8s.io snapshots rm
}

# Shims write their pid beside their container; normally none is left.
stop_shims() {
  local file
  for file in "$state"/containerd/io.containerd.runtime.v2.task/k8s.io/*/{init,shim}.pid; do
    [ -e "$file" ] && kill -9 "$(cat "$file")" 2>/dev/null
  done
}

stop_one() {
  local pid
  if pid=$(pid_of "$1"); then
    kill "$pid" 2>/dev/null
    tail --pid="$pid" -f /dev/null
  fi
  rm -f "$state/run/$1.pid"
}

down() {
  set +eo pipefail
  step "stopping the node"
  stop_one kubelet
  stop_one kube-proxy
  remove_containers >>"$state/log/down.log" 2>&1
  stop_shims
  stop_one containerd
  awk -v state="$state/" 'index($2, state) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r -n1 umount -l
  for table in "ip testbed" "ip kube-proxy" "ip6 kube-proxy"; do
    # shellcheck disable=SC2086 # family and name
    nft delete table $table 2>/dev/null
  done
  [ -e "$state/ip_forward" ] && sysctl -qw "net.ipv4.ip_forward=$(cat "$state/ip_forward")"
  find /sys/fs/cgroup -depth -type d -path '*/kubepods*' -exec rmdir {} + 2>/dev/null
  "$testbed/down.sh"
  # These programs have no other place for what follows.
  find /var/log/containers -xtype l -delete 2>/dev/null
  for file in /var/lib/cni/results/testbed-*-eth0; do
    rm -f "$file" "$(sed 's|/testbed-\(.*\)-eth0$|/cni-loopback-\1-lo|' <<<"$file")"
  done
  rm -f /var/lib/kubelet/device-plugins/kubelet.sock
  rmdir /var/lib/cni/results /var/lib/cni /var/lib/kubelet/device-plugins /var/lib/kubelet 2>/dev/null
  ip address delete "$node_address/32" dev lo 2>/dev/null
  rm -rf "$volumes"
}

case ${1:-} in
  up) up ;;
  down) down ;;
  *) fail "usage: node.sh up | down" ;;
esac
