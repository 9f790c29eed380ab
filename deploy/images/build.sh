#!/usr/bin/env bash
# Builds the server's image from its Dockerfile without Docker and without a registry: build.sh [NAME:TAG].
# The base image is packed from Debian packages; npm's settings come from the machine, as secrets of the build.
set -euo pipefail
source "$(dirname "$0")/../testbed/lib/settings.sh"
source "$testbed/lib/node-settings.sh"
name=${1:-localhost/odoo-saas-kit/server:dev}
[ "$(id -u)" = 0 ] || fail "building here needs root (buildah in a chroot)"
install_packages buildah
"$testbed/images.sh" node

storage=(--storage-driver overlay --root "$cache/buildah" --runroot "$cache/buildah-run")
settings=$(mktemp -d)
trap 'rm -rf "$settings"' EXIT
policy=$settings/policy.json
echo '{"default":[{"type":"insecureAcceptAnything"}]}' >"$policy"

secrets=(--secret "id=npmrc,src=$settings/npmrc")
grep -Ehs '^(registry|@[^:]+:registry|//|proxy|https-proxy|noproxy|strict-ssl)' "${NPM_CONFIG_USERCONFIG:-$HOME/.npmrc}" >"$settings/npmrc" || true
[ -z "${npm_config_registry:-}" ] || echo "registry=$npm_config_registry" >>"$settings/npmrc"
if [ -n "${NODE_EXTRA_CA_CERTS:-}" ]; then
  secrets+=(--secret "id=ca,src=$NODE_EXTRA_CA_CERTS")
  echo "cafile=/run/secrets/ca" >>"$settings/npmrc"
else
  secrets+=(--secret "id=ca,src=/dev/null")
fi

# Layers of earlier builds pile up; beyond 8 GiB it is quicker to begin anew than to search them.
if [ "$(du -s "$cache/buildah" 2>/dev/null | cut -f1)" -gt $((8 << 20)) ] 2>/dev/null; then
  step "emptying the cache of builds"
  rm -rf "$cache/buildah" "$cache/buildah-run" "$cache/buildah-base"
fi
if [ ! "$cache/buildah-base" -nt "$bases/node.tar" ]; then
  step "loading the base image"
  buildah "${storage[@]}" pull --signature-policy "$policy" "docker-archive:$bases/node.tar" >/dev/null
  touch "$cache/buildah-base"
fi
step "building $name"
# Folders that builds keep between them are made there.
export TMPDIR=$cache/buildah-tmp
mkdir -p "$TMPDIR"
buildah "${storage[@]}" bud --isolation chroot --pull=false --layers --signature-policy "$policy" "${secrets[@]}" \
  --file "$root/deploy/images/Dockerfile" --ignorefile "$root/deploy/images/Dockerfile.dockerignore" --tag "$name" "$root"
rm -f "$images/server.tar"
buildah "${storage[@]}" push --signature-policy "$policy" "$name" "docker-archive:$images/server.tar:$name" >/dev/null
step "built $name, $(du -h "$images/server.tar" | cut -f1)"
if [ -S "$containerd_socket" ]; then import_image "$images/server.tar"; fi
