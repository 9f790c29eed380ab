#!/usr/bin/env bash
# Starts a real Kubernetes control plane on this machine: etcd, API server, controller manager, scheduler.
set -euo pipefail
source "$(dirname "$0")/lib/settings.sh"
"$testbed/build.sh"
mkdir -p "$state/log" "$state/run"
"$testbed/certificates.sh"
pki=$state/pki

# Without this the API server would work on the etcd of another test bed.
is_taken() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }
is_taken 127.0.0.1 "$etcd_port" && fail "port $etcd_port is taken; choose another one with TESTBED_ETCD_PORT"
is_taken "$api_host" "$api_port" && fail "port $api_port is taken; choose another one with TESTBED_API_PORT"

step "starting etcd on port $etcd_port"
background etcd "$bin/etcd" --data-dir "$state/etcd" --unsafe-no-fsync \
  --listen-client-urls "http://127.0.0.1:$etcd_port" --advertise-client-urls "http://127.0.0.1:$etcd_port" \
  --listen-peer-urls "http://127.0.0.1:$((etcd_port + 1))" \
  --initial-advertise-peer-urls "http://127.0.0.1:$((etcd_port + 1))" \
  --initial-cluster "default=http://127.0.0.1:$((etcd_port + 1))"

step "starting kube-apiserver on port $api_port"
background kube-apiserver "$bin/kube-apiserver" --etcd-servers "http://127.0.0.1:$etcd_port" \
  --bind-address "$api_host" --secure-port "$api_port" --advertise-address "${TESTBED_ADVERTISE:-10.77.0.1}" \
  --service-cluster-ip-range 10.152.183.0/24 --authorization-mode Node,RBAC --allow-privileged=true \
  --client-ca-file "$pki/ca.crt" --tls-cert-file "$pki/apiserver.crt" --tls-private-key-file "$pki/apiserver.key" \
  --service-account-key-file "$pki/sa.pub" --service-account-signing-key-file "$pki/sa.key" \
  --service-account-issuer https://kubernetes.default.svc \
  --kubelet-client-certificate "$pki/apiserver-kubelet.crt" --kubelet-client-key "$pki/apiserver-kubelet.key" \
  --kubelet-preferred-address-types InternalIP --watch-cache=true \
  --audit-policy-file "$testbed/audit-policy.yaml" --audit-log-path "$state/log/audit.log"
export KUBECONFIG=$kubeconfig
ready() { curl -fsS --cacert "$pki/ca.crt" --cert "$pki/admin.crt" --key "$pki/admin.key" "https://$api_host:$api_port/readyz"; }
wait_until 60 "the API server" ready

step "starting kube-controller-manager and kube-scheduler"
background kube-controller-manager "$bin/kube-controller-manager" --kubeconfig "$state/controller-manager.kubeconfig" \
  --use-service-account-credentials --root-ca-file "$pki/ca.crt" --service-account-private-key-file "$pki/sa.key" \
  --leader-elect=false --enable-hostpath-provisioner --secure-port 0 --node-monitor-grace-period 40s
background kube-scheduler "$bin/kube-scheduler" --kubeconfig "$state/scheduler.kubeconfig" --leader-elect=false --secure-port 0

step "ready: KUBECONFIG=$kubeconfig"
