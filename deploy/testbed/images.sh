#!/usr/bin/env bash
# Packs container images from Debian packages, without Docker and without a registry: images.sh [odoo] [postgres] [node].
# odoo:19 and postgres:18 go to the node when it starts (or at once, if it runs); node:24 is a base for Dockerfiles.
set -euo pipefail
source "$(dirname "$0")/lib/settings.sh"
source "$testbed/lib/node-settings.sh"
[ "$(id -u)" = 0 ] || fail "packing images needs root (debootstrap, chroot)"
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
roots=$cache/roots
mkdir -p "$roots"
root=
trap '[ -z "$root" ] || umount -q "$root/proc" || true' EXIT

inside() { chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
install_inside() { inside apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold "$@" >>"$cache/packages.log" 2>&1; }

# Trixie's Python is the newest that Odoo 19 runs on; from sid comes only what is asked for by name.
ensure_base() {
  [ -e "$roots/trixie.ready" ] && return
  step "bootstrapping Debian trixie"
  rm -rf "$roots/trixie"
  debootstrap --variant=minbase trixie "$roots/trixie" "$mirror" >>"$cache/packages.log" 2>&1 ||
    fail "debootstrap failed; see $cache/packages.log"
  root=$roots/trixie
  printf 'Package: *\nPin: release a=unstable\nPin-Priority: 100\n' >"$root/etc/apt/preferences.d/sid"
  echo "deb $mirror sid main" >"$root/etc/apt/sources.list.d/sid.list"
  printf 'Acquire::Check-Valid-Until "false";\n' >"$root/etc/apt/apt.conf.d/10testbed"
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod +x "$root/usr/sbin/policy-rc.d"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  inside apt-get update -qq
  touch "$roots/trixie.ready"
}

# open_root NAME: a copy of the base to install into.
open_root() {
  ensure_base
  root=$roots/$1
  rm -rf "$root"
  cp -a --reflink=auto "$roots/trixie" "$root"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  mount -t proc proc "$root/proc"
}

# close_root: without what no container needs.
close_root() {
  inside apt-get clean
  umount "$root/proc"
  rm -rf "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,info,lintian} "$root"/var/log/* "$root"/tmp/* \
    "$root/usr/sbin/policy-rc.d" "$root/etc/resolv.conf"
  find "$root" -name __pycache__ -path '*/dist-packages/*' -prune -exec rm -rf {} + 2>/dev/null || true
}

# pack NAME:TAG ARCHIVE CONFIG, then forget the root.
pack() {
  close_root
  step "packing $1"
  pack_image "$1" "$root" "$2" "$3"
  echo "$recipe" >"$2.recipe"
  rm -rf "$root"
  root=
}

# What an archive was made by: it is packed anew when that has changed. Remove the archive for newer packages.
recipe=$(cat "$testbed/images.sh" "$testbed/images/"* | cksum)
is_packed() { [ -e "$1" ] && [ "$(cat "$1.recipe" 2>/dev/null)" = "$recipe" ]; }

odoo() {
  is_packed "$images/odoo.tar" && return
  step "installing Odoo 19"
  open_root odoo
  # The official image's numbers; Debian's package keeps a user that exists.
  inside groupadd -g 101 odoo
  inside useradd -K UID_MIN=100 -u 100 -g 101 -d /var/lib/odoo -s /usr/sbin/nologin odoo
  install_inside odoo-19
  inside python3 -c 'import odoo.release; assert odoo.release.version_info[0] == 19, odoo.release.version'
  inside install -d -o 100 -g 101 /var/lib/odoo
  pack docker.io/library/odoo:19 "$images/odoo.tar" \
    '{"User":"odoo","Env":["PATH=/usr/local/bin:/usr/bin:/bin","LANG=C.UTF-8"],"Cmd":["odoo"]}'
}

postgres() {
  is_packed "$images/postgres.tar" && return
  step "installing PostgreSQL 18"
  open_root postgres
  inside groupadd -g 999 postgres
  inside useradd -K UID_MIN=100 -u 999 -g 999 -d /var/lib/postgresql -s /bin/bash postgres
  mkdir -p "$root/etc/postgresql-common"
  echo 'create_main_cluster = false' >"$root/etc/postgresql-common/createcluster.conf"
  install_inside -t sid postgresql-18
  sed -i "s/^#listen_addresses = .*/listen_addresses = '*'/" "$root/usr/share/postgresql/18/postgresql.conf.sample"
  install -m 755 "$testbed/images/postgres-entrypoint.sh" "$root/usr/local/bin/docker-entrypoint.sh"
  inside install -d -o 999 -g 999 -m 1777 /var/lib/postgresql /run/postgresql
  pack docker.io/library/postgres:18 "$images/postgres.tar" \
    '{"Env":["PATH=/usr/local/bin:/usr/lib/postgresql/18/bin:/usr/bin:/bin","LANG=C.UTF-8","PGDATA=/var/lib/postgresql/18/docker"],
      "Entrypoint":["docker-entrypoint.sh"],"Cmd":["postgres"],"StopSignal":"SIGINT","ExposedPorts":{"5432/tcp":{}}}'
}

# As the official node:24-trixie-slim: node, npm and the user "node".
node() {
  is_packed "$bases/node.tar" && return
  step "installing Node 24"
  need npm "install Node and npm"
  open_root node
  npm install --silent --prefix "$cache/node" node@24 npm@11 >>"$cache/packages.log" 2>&1
  install -m 755 "$(readlink -f "$cache/node/node_modules/node/bin/node")" "$root/usr/local/bin/node"
  mkdir -p "$root/usr/local/lib/node_modules"
  cp -aL "$cache/node/node_modules/npm" "$root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
  inside groupadd -g 1000 node
  inside useradd -u 1000 -g 1000 -m -s /bin/bash node
  inside node --version | grep -q '^v24' || fail "node 24 does not run"
  pack docker.io/library/node:24-trixie-slim "$bases/node.tar" \
    '{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"Cmd":["node"]}'
}

install_packages debootstrap
[ $# -gt 0 ] || set -- odoo postgres node
for name in "$@"; do
  case $name in
    odoo | postgres | node) "$name" ;;
    *) fail "unknown image $name" ;;
  esac
done
if [ -S "$containerd_socket" ]; then
  for archive in "$images"/*.tar; do import_image "$archive"; done
fi
step "images: $(cd "$cache" && du -h images/*.tar bases/*.tar | awk '{ printf "%s %s  ", $2, $1 }')"
