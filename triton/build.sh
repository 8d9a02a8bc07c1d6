#!/usr/bin/env bash
# From the owner's ONNX files to a running server: plans, image, container. --help tells the options.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
project=$(dirname "$here")
models=$here/models_serving
docker=${DOCKER_BIN:-docker}
tensorrt_image=${TENSORRT_IMAGE:-nvcr.io/nvidia/tensorrt:24.11-py3}
triton_image=${TRITON_IMAGE:-nvcr.io/nvidia/tritonserver:24.11-py3}

# shellcheck source-path=SCRIPTDIR
{
  source "$here/build/words.sh"
  source "$here/build/arguments.sh"
  source "$here/build/models.sh"
  source "$here/build/docker.sh"
  source "$here/build/plans.sh"
}

# Docker's words, and the plan that is being made: neither outlives the build.
scratch=$(mktemp -d)
partial=''
trap 'rm -rf "$scratch" ${partial:+"$partial"}' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Sets the array command.
image_building() {
  local backbone=plan
  [[ $has_kprpe == no ]] || backbone=kprpe
  command=("$docker" build --load --tag "$tag" --file "$here/Dockerfile"
    --build-arg "TRITON_IMAGE=$triton_image" --build-arg "BACKBONE=$backbone"
    --build-arg "REVISION=$(git -C "$project" rev-parse HEAD 2>/dev/null || echo unknown)"
    --build-context "native-libs=$project/native-libs" "$here")
}

# Sets the array command. Only this machine reaches the ports: Triton asks nobody who they are.
image_start() {
  command=("$docker" run --rm --gpus "$1" --shm-size 1g --security-opt no-new-privileges --cap-drop ALL
    --publish 127.0.0.1:8001:8001 --publish 127.0.0.1:8002:8002)
  [[ $has_kprpe == no ]] || command+=(--volume face-rpe-ops:/var/cache/face_backend/rpe_ops)
  command+=("$tag")
}

print_commands() {
  local model folder command
  print_command "$docker" pull "$tensorrt_image"
  print_command "$docker" pull "$triton_image"
  for model in "${networks[@]}"; do
    is_wanted "$model" || continue
    folder=$(version_folder "$model")
    if [[ ! -e $folder/model.onnx && -s $folder/model.plan ]]; then
      echo "# $model: there is a plan and no model.onnx; the plan is taken as it is"
      continue
    fi
    [[ ! -s $folder/model.plan.json || ! $folder/model.plan -nt $folder/model.onnx ]] ||
      echo "# $model: not when its plan still fits ($(field "$folder/model.plan.json" gpu), TensorRT $(field "$folder/model.plan.json" tensorrt))"
    conversion "$model" "${gpu:-0}"
    print_command "${command[@]}"
    print_command mv "$folder/model.plan.partial" "$folder/model.plan"
  done
  image_building
  print_command "${command[@]}"
  [[ $run_image == yes ]] || return 0
  image_start "$([[ -z $gpu ]] && echo all || echo "device=$gpu")"
  print_command "${command[@]}"
}

parse_arguments "$@"
read_models
if [[ $dry_run == yes ]]; then
  print_commands
  check_files
  exit 0
fi
check_files

check_docker
check_images
choose_gpu
make_plans

image_building
say "Building $tag"
DOCKER_BUILDKIT=1 "${command[@]}" >&2 || fail "the image could not be built; see above."
if [[ $run_image == no ]]; then
  say "$tag is built."
  exit 0
fi

image_start "$([[ -z $gpu ]] && echo all || echo "device=$gpu")"
say "Starting $tag: gRPC on 127.0.0.1:8001, metrics on http://127.0.0.1:8002/metrics. Ctrl-C ends it." \
  'The API takes it by FACE_V3_TRITON_URL=127.0.0.1:8001.'
# The container is to get the signals that this process gets. exec runs no trap.
rm -rf "$scratch"
exec "${command[@]}"
