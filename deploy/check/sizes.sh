#!/usr/bin/env bash
# Says how large the images are: sizes.sh FOLDER, with the mounts that check-images.sh wrote down there.
set -euo pipefail

megabytes() { echo "$((($(cat) + 500000) / 1000000)) MB"; }
size_of() { (du -sb "$1" 2>/dev/null || echo 0) | cut -f1 | megabytes; }

for target in model-server api; do
  mount=$(cat "$1/$target.mount")
  echo "$target: $(tar -C "$mount" -c . | wc -c | megabytes), $(tar -C "$mount" -c . | gzip | wc -c | megabytes) compressed;" \
    "of it Node $(size_of "$mount/usr/local/bin/node"), dependencies $(size_of "$mount/opt/face_backend/app/node_modules")," \
    "model pack $(size_of "$mount/var/cache/face_backend/packs")"
done
