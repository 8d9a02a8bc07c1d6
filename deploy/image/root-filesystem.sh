#!/usr/bin/env bash
# Makes the root file system that the images start from: root-filesystem.sh FOLDER. Runs in a Debian image with Node, tini
# and current package lists. No shell and no package manager gets in.
set -euo pipefail

folder=$1
packages=(libc6 libgcc-s1 libstdc++6)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# apt downloads as a user of its own, who has to be able to write here.
chmod 0777 "$work"

mkdir -p "$folder"/{dev,etc,proc,run,sys,usr/local/bin,usr/bin,var/lib/dpkg/status.d,home/face}
install -d -m 1777 "$folder/tmp" "$folder/var/tmp"
(cd "$work" && apt-get download "${packages[@]}")
for package in "${packages[@]}"; do
  archive=$(echo "$work/$package"_*.deb)
  dpkg-deb --extract "$archive" "$folder"
  # Where scanners for vulnerabilities look for packages of images without a package manager.
  dpkg-deb --field "$archive" >"$folder/var/lib/dpkg/status.d/$package"
done
# Conversions between character sets, of which Node brings its own; words about packages, but for their licences.
rm -rf "$folder"/usr/lib/*/gconv "$folder"/usr/share/{gcc,gdb,lintian,locale,man}
find "$folder/usr/share/doc" -type f ! -name copyright -delete

# Debian's release, also for scanners.
install -D -m 0644 /etc/os-release "$folder/etc/os-release"
echo 'hosts: files dns' >"$folder/etc/nsswitch.conf"
printf '%s\n' 'root:x:0:0:root:/root:/usr/sbin/nologin' 'face:x:1000:1000:face:/home/face:/usr/sbin/nologin' >"$folder/etc/passwd"
printf '%s\n' 'root:x:0:' 'face:x:1000:' >"$folder/etc/group"

install -m 0755 /usr/bin/tini-static "$folder/usr/bin/tini"
install -D -m 0644 /usr/share/doc/tini/copyright "$folder/usr/share/doc/tini/copyright"
install -m 0755 "$(readlink -f "$(command -v node)")" "$folder/usr/local/bin/node"
for licence in /usr/local/LICENSE "$(dirname "$(readlink -f "$(command -v node)")")/../LICENSE"; do
  [[ ! -f $licence ]] || install -D -m 0644 "$licence" "$folder/usr/share/doc/node/LICENSE"
done

# Nothing may be missing that these, or the libraries of the dependencies, are linked with.
for file in "$folder/usr/local/bin/node" "$folder"/usr/lib/*/libstdc++.so.6; do
  while read -r library; do
    [[ -e $(find "$folder" -name "$library" -print -quit) ]] || {
      echo "$file needs $library, which is in none of: ${packages[*]}" >&2
      exit 1
    }
  done < <(ldd "$file" | awk '$2 == "=>" { print $1 }')
done
