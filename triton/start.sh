#!/usr/bin/env bash
# Starts the server in its container: checks what would fail, compiles what is compiled here, then becomes tritonserver.
# Arguments are passed on to tritonserver.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=${TRITON_MODEL_REPOSITORY:-$here/models_serving}

# This is the first process of the container: signals do nothing here unless they are caught.
child=''
stop() {
  [[ -z $child ]] || kill -TERM "$child" 2>/dev/null || true
  wait || true
  exit 143
}
trap stop TERM INT

# A child that is waited for, so that a signal is not answered only when the child is done.
step() {
  "$@" &
  child=$!
  local status=0
  wait "$child" || status=$?
  child=''
  ((status == 0)) || exit "$status"
}

step python3 "$here/preflight" "$repository"
PYTHONPATH=$here step python3 -m rpe_ops build --if-used-by "$repository"

trap - TERM INT
# --rate-limit: at most two instances of networks work on a GPU at one time, which bounds the memory that they take.
#   Without the number, a GPU has as many slots as the greediest instance takes, and nothing overlaps.
# --disable-auto-complete-config: the configurations are complete; else every Python model is started twice.
exec tritonserver \
  --model-repository="$repository" \
  --disable-auto-complete-config \
  --exit-on-error=true \
  --strict-readiness=true \
  --rate-limit=execution_count \
  --rate-limit-resource=gpu_slots:2 \
  --exit-timeout-secs=30 \
  "$@"
