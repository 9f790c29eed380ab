#!/usr/bin/env bash
# Makes the control plane's certificates and kubeconfigs with openssl, once per test bed.
set -euo pipefail
source "$(dirname "$0")/lib/settings.sh"
need openssl "install openssl"
pki=$state/pki
mkdir -p "$pki"
cd "$pki"

[ -e ca.crt ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
  -subj "/CN=testbed-ca" -keyout ca.key -out ca.crt 2>/dev/null
[ -e sa.key ] || openssl genrsa -out sa.key 2048 2>/dev/null
[ -e sa.pub ] || openssl rsa -in sa.key -pubout -out sa.pub 2>/dev/null

# certificate NAME SUBJECT [subjectAltName]
certificate() {
  [ -e "$1.crt" ] && return
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "$2" -keyout "$1.key" -out "$1.csr" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -out "$1.crt" \
    -extfile <(printf 'extendedKeyUsage=serverAuth,clientAuth\n%s' "${3:+subjectAltName=$3}") 2>/dev/null
}

# kubeconfig_for NAME FILE
kubeconfig_for() {
  cat >"$2" <<EOF
apiVersion: v1
kind: Config
current-context: testbed
clusters: [{name: testbed, cluster: {server: "https://$api_host:$api_port", certificate-authority-data: $(base64 -w0 ca.crt)}}]
users: [{name: testbed, user: {client-certificate-data: $(base64 -w0 "$1.crt"), client-key-data: $(base64 -w0 "$1.key")}}]
contexts: [{name: testbed, context: {cluster: testbed, user: testbed}}]
EOF
  chmod 600 "$2"
}

certificate apiserver "/CN=kube-apiserver" \
  "DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:10.152.183.1,IP:10.77.0.1"
certificate admin "/O=system:masters/CN=testbed-admin"
certificate controller-manager "/CN=system:kube-controller-manager"
certificate scheduler "/CN=system:kube-scheduler"
certificate kubelet "/O=system:nodes/CN=system:node:testbed-node"
certificate kube-proxy "/CN=system:kube-proxy"
certificate apiserver-kubelet "/O=system:masters/CN=kube-apiserver-kubelet-client"
kubeconfig_for admin "$kubeconfig"
kubeconfig_for controller-manager "$state/controller-manager.kubeconfig"
kubeconfig_for scheduler "$state/scheduler.kubeconfig"
kubeconfig_for kubelet "$state/kubelet.kubeconfig"
kubeconfig_for kube-proxy "$state/kube-proxy.kubeconfig"
