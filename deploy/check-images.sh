#!/usr/bin/env bash
# Builds both images from deploy/Dockerfile as they are and sends a photo through them, on a Debian machine without a
# container engine. --help tells the options.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
project=$(dirname "$here")

usage() {
  cat <<'END'
Usage: deploy/check-images.sh [--node-image IMAGE] [--photo FILE] [--faces N] [--no-build]

  --node-image IMAGE   builds on this image; default: one made of Debian bookworm by debootstrap, with the Node of
                       node_modules and this machine's npm, for machines that reach no registry of images
  --photo FILE         sent through both images; default: sample1.jpg of the sample photos
  --faces N            that the photo has; default: 3
  --no-build           tries the images of the last run once more

Needs root, buildah, debootstrap, iproute2 and `npm ci`. Images and the base are kept in FACE_V3_CACHE_DIR, or in the
user's cache folder, under images/. Nothing is reached from other machines: the programs run in a network of their own.
END
}

fail() {
  echo "check-images.sh: $*" >&2
  exit 1
}
say() { printf '\n%s\n' "$*"; }

node_image=''
photo=''
faces=3
build=yes
while (($# > 0)); do
  case $1 in
    --node-image | --photo | --faces)
      (($# > 1)) || fail "$1 needs a value"
      case $1 in
        --node-image) node_image=$2 ;;
        --photo) photo=$2 ;;
        --faces) faces=$2 ;;
      esac
      shift 2
      ;;
    --no-build)
      build=no
      shift
      ;;
    --help)
      usage
      exit 0
      ;;
    *) fail "unknown option '$1'; --help tells what there is" ;;
  esac
done

((EUID == 0)) || fail 'root is needed, for chroot and for a network of its own'
for program in buildah debootstrap ip unshare; do
  command -v "$program" >/dev/null || fail "$program is missing: apt install buildah debootstrap iproute2 util-linux"
done
cache=${FACE_V3_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/face-search-backend}
photo=${photo:-$(find "$cache/photos/" -name sample1.jpg -print -quit 2>/dev/null)}
[[ -r $photo ]] || fail 'there is no photo: run "npm run fetch", or name one with --photo'
node=$(readlink -f "$project/node_modules/.bin/node") || fail 'there is no node_modules: run "npm ci"'

place=$cache/images
mkdir -p "$place/tmp"
export TMPDIR=$place/tmp BUILDAH_ISOLATION=chroot
# What try-images.mjs calls it with, too.
buildah=("$(command -v buildah)" --root "$place/storage" --runroot "$place/run")
[[ -z ${STORAGE_DRIVER:-} ]] || buildah+=(--storage-driver "$STORAGE_DRIVER")
# Where layers cannot be laid over each other, each is a copy.
"${buildah[@]}" info >/dev/null 2>&1 || buildah+=(--storage-driver vfs)
buildah() { "${buildah[@]}" "$@"; }
scratch=$(mktemp -d)
containers=()
clean_up() {
  local container
  for container in "${containers[@]}"; do buildah rm "$container" >/dev/null || true; done
  rm -rf "$scratch"
}
trap clean_up EXIT

# An image like node:*-slim of Docker's library.
make_base() {
  local root=$scratch/base container
  say "Making $1 with debootstrap"
  debootstrap --variant=minbase --include=ca-certificates bookworm "$root" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" \
    >"$scratch/debootstrap.log" || {
    tail -20 "$scratch/debootstrap.log" >&2
    fail 'debootstrap failed'
  }
  # A certificate authority of the network that this machine is in.
  install -m 0644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
  install -m 0755 "$node" "$root/usr/local/bin/node"
  mkdir -p "$root/usr/local/lib/node_modules"
  cp -RL "$(npm root --global)/npm" "$root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
  rm -rf "$root"/var/cache/apt/archives/*.deb
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$root" / >/dev/null
  buildah commit --quiet --rm "$container" "$1" >/dev/null
  rm -rf "$root"
}

build_images() {
  if [[ -z $node_image ]]; then
    node_image=localhost/face-check-node:$("$node" --version | tr -d v)
    buildah inspect --type image "$node_image" >/dev/null 2>&1 || make_base "$node_image"
  fi

  # Registry, proxy and certificates as npm is set up here; a secret, for there may be a password in it.
  for file in "$(npm config get globalconfig)" "${NPM_CONFIG_USERCONFIG:-$HOME/.npmrc}"; do
    [[ ! -r $file ]] || cat "$file"
  done >"$scratch/npmrc"

  for target in model-server api; do
    say "Building $target"
    start=$SECONDS
    buildah bud --format docker --quiet --file "$here/Dockerfile" --target "$target" --tag "localhost/face-check-$target" \
      --build-arg "NODE_IMAGE=$node_image" --secret "id=npmrc,src=$scratch/npmrc" "$project" >"$scratch/build.log" 2>&1 || {
      tail -40 "$scratch/build.log" >&2
      fail "$target cannot be built"
    }
    echo "built in $((SECONDS - start)) s"
  done
}

[[ $build == no ]] || build_images

say 'Trying them'
for target in model-server api; do
  # The API finds the model server under the name that compose gives it.
  container=$(buildah from --add-host triton:127.0.0.1 "localhost/face-check-$target")
  containers+=("$container")
  buildah inspect "$container" >"$scratch/$target.json"
  buildah mount "$container" >"$scratch/$target.mount"
  echo "$container" >"$scratch/$target.container"
done
"$here/check/sizes.sh" "$scratch"
printf '%s\n' "${buildah[@]}" >"$scratch/buildah"
unshare --net --mount "$node" "$here/check/try-images.mjs" "$scratch" "$photo" "$faces"
