# Shared by the scripts that deal with the real node; needs settings.sh.
NODE_PACKAGES="containerd runc containernetworking-plugins nftables iptables ipset conntrack iproute2 debootstrap"
node_name=testbed-node
node_address=10.77.0.1
pod_range=10.78.0.0/24
cluster_dns=10.152.183.10
images=$cache/images
bases=$cache/bases
containerd_root=$cache/containerd
containerd_socket=$state/containerd.sock
# kube-controller-manager's host-path provisioner has no other place.
volumes=/tmp/hostpath_pv
PATH=$PATH:$bin # where the machine has no kubectl
mkdir -p "$images" "$bases"

on_node() { ctr --address "$containerd_socket" --namespace k8s.io "$@"; }
kube() { kubectl --kubeconfig "$kubeconfig" "$@"; }

# Installs what is missing of the named Debian packages and says what cannot be had.
install_packages() {
  local package missing=() unavailable=()
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  need apt-get "this test bed installs ${missing[*]} on Debian and Ubuntu only"
  step "installing ${missing[*]}"
  apt-get update -qq || true
  for package in "${missing[@]}"; do
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >>"$cache/packages.log" 2>&1 ||
      unavailable+=("$package")
  done
  [ ${#unavailable[@]} -eq 0 ] || fail "cannot be had here: ${unavailable[*]}; see $cache/packages.log"
}

# pack_image NAME:TAG FOLDER TAR [JSON of the image's config]: a docker-archive with one layer.
pack_image() {
  local name=$1 folder=$2 archive=$3 config=${4:-'{}'} work layer_id config_id
  work=$(mktemp -d "$cache/pack.XXXXXX")
  tar --numeric-owner --xattrs --sort=name -C "$folder" -cf "$work/layer.tar" .
  layer_id=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
  printf '{"architecture":"%s","os":"linux","config":%s,"rootfs":{"type":"layers","diff_ids":["sha256:%s"]},"history":[{"created":"1970-01-01T00:00:00Z","created_by":"debootstrap"}]}' \
    "$(dpkg --print-architecture)" "$config" "$layer_id" >"$work/config.json"
  config_id=$(sha256sum "$work/config.json" | cut -d' ' -f1)
  mv "$work/config.json" "$work/$config_id.json"
  printf '[{"Config":"%s.json","RepoTags":["%s"],"Layers":["layer.tar"]}]' "$config_id" "$name" >"$work/manifest.json"
  tar -C "$work" -cf "$archive.part" manifest.json "$config_id.json" layer.tar
  mv "$archive.part" "$archive"
  rm -rf "$work"
}

# Imports an archive unless the node has it already; the stamp is the archive's time.
import_image() {
  local archive=$1 stamp
  stamp=$(stat -c '%Y %s' "$archive")
  if [ "$(cat "$archive.imported" 2>/dev/null)" = "$stamp" ] && [ -d "$containerd_root" ]; then return; fi
  step "importing $(basename "$archive" .tar)"
  on_node images import "$archive" >/dev/null
  echo "$stamp" >"$archive.imported"
}
