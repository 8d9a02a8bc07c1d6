# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with build.sh, which reads this file
# Docker, the images of NVIDIA's registry and the GPUs, with words for what can be wrong with each.

readonly toolkit_guide=https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html
readonly oldest_docker=24

check_docker() {
  command -v "$docker" >/dev/null || fail "Docker was not found ('$docker')." \
    'Install it (https://docs.docker.com/engine/install/), or set DOCKER_BIN to where it is.'
  local version words=$scratch/version
  if ! version=$("$docker" version --format '{{.Server.Version}}' 2>"$words"); then
    if grep -qi 'permission denied' "$words"; then
      quote_words "$words"
      fail "$(id -un) may not talk to Docker." "sudo usermod -aG docker $(id -un), then log in again."
    fi
    quote_words "$words"
    fail 'Docker does not answer.' 'Start it: sudo systemctl start docker'
  fi
  [[ ${version%%.*} =~ ^[0-9]+$ ]] || fail "Docker does not tell its version, but '$version'."
  ((${version%%.*} >= oldest_docker)) || fail "Docker $version is too old: $oldest_docker or newer is needed." \
    'https://docs.docker.com/engine/install/'
  "$docker" buildx version >/dev/null 2>&1 || fail 'Docker comes without buildx, which builds the image.' \
    'Install the package docker-buildx-plugin (of docker.com) or docker-buildx (of Debian and Ubuntu).'
  rootless=no
  [[ $("$docker" info --format '{{json .SecurityOptions}}' 2>/dev/null) != *name=rootless* ]] || rootless=yes
}

# Fetches an image unless it is here.
ensure_image() {
  local image=$1 words=$scratch/pull
  "$docker" image inspect "$image" >/dev/null 2>&1 && return 0
  say "Fetching $image (several GB)."
  "$docker" pull "$image" 2>"$words" >&2 && return 0
  quote_words "$words"
  explain_pull "$image" "$words"
}

explain_pull() {
  local image=$1 words=$2 registry=docker.io
  # Docker's rule: what precedes the first slash is a registry when it looks like a host.
  [[ ${image%%/*} == *[.:]* ]] && registry=${image%%/*}
  if grep -Eqi 'unauthorized|authorization|authentication required|denied|401|403|failed to authorize' "$words"; then
    if [[ $registry == nvcr.io ]]; then
      fail "$registry wants you to log in before it gives $image." \
        "$docker login nvcr.io" \
        "Username: \$oauthtoken (these very letters); password: an API key of https://org.ngc.nvidia.com/setup/api-keys"
    fi
    fail "$registry wants you to log in before it gives $image." "$docker login $registry"
  fi
  if grep -Eqi 'manifest unknown|not found|no matching manifest' "$words"; then
    fail "$registry has no $image for this machine ($(uname -m))." 'Set TENSORRT_IMAGE and TRITON_IMAGE to images that are there.'
  fi
  if grep -qi 'no space left' "$words"; then
    fail "The disk is full: $image does not fit." "docker system df shows what can go."
  fi
  fail "$image could not be fetched." 'See above; a mirror is given by TENSORRT_IMAGE and TRITON_IMAGE.'
}

# image_tensorrt IMAGE: version of TensorRT in an image, as 10.6.0.26. NVIDIA's images carry it in their environment.
image_tensorrt() {
  local version
  version=$("$docker" image inspect --format '{{range .Config.Env}}{{println .}}{{end}}' "$1" |
    sed -n 's/^TRT_VERSION=\([0-9.]*\).*/\1/p')
  [[ -n $version ]] || fail "$1 does not tell its version of TensorRT (TRT_VERSION in its environment)." \
    'Is it an image of nvcr.io/nvidia/tensorrt or nvcr.io/nvidia/tritonserver?'
  printf '%s' "$version"
}

# Fetches both images. Sets tensorrt to the version that both have.
check_images() {
  local serving
  ensure_image "$tensorrt_image"
  ensure_image "$triton_image"
  tensorrt=$(image_tensorrt "$tensorrt_image") || exit 1
  serving=$(image_tensorrt "$triton_image") || exit 1
  [[ $tensorrt == "$serving" ]] || fail "a plan of $tensorrt_image (TensorRT $tensorrt) cannot be read by $triton_image (TensorRT $serving)." \
    'Take both images of the same release.'
}

# Asks the GPUs through a container, as the server will see them. Sets gpu_index, gpu_name, gpu_capability and gpus.
choose_gpu() {
  local list words=$scratch/gpus
  if ! list=$("$docker" run --rm --gpus all --network none --entrypoint nvidia-smi "$tensorrt_image" \
    --query-gpu=index,name,compute_cap --format=csv,noheader 2>"$words"); then
    printf '%s\n' "$list" >>"$words"
    quote_words "$words"
    explain_gpu "$words"
    fail 'The GPUs could not be asked for.' "See above; $docker run --rm --gpus all ubuntu nvidia-smi has to work first."
  fi
  [[ $list == *,* ]] || fail 'There is no GPU that a container can see.' 'nvidia-smi on this machine tells more.'

  local index name capability names=() found=no
  while IFS=, read -r index name capability; do
    name=${name# } capability=${capability# }
    names+=("$index: $name")
    if [[ $found == no && (-z $gpu || $gpu == "$index") ]]; then
      gpu_index=$index gpu_name=$name gpu_capability=$capability found=yes
    elif [[ -z $gpu && $name != "$gpu_name" ]]; then
      found=differs
    fi
  done <<<"$list"
  case $found in
    no) fail "There is no GPU $gpu." "There are: $(join ', ' "${names[@]}")" ;;
    differs) fail 'The GPUs of this machine differ, and a plan fits one kind only.' \
      "There are: $(join ', ' "${names[@]}")" 'Choose by --gpu N.' ;;
  esac
  say "GPU $gpu_index: $gpu_name (compute capability $gpu_capability), TensorRT $tensorrt"
}

# Ends the build when the words of Docker tell why a container got no GPU.
explain_gpu() {
  local words=$1
  # By Docker up to 28, since 29, and with a runtime that is configured but not installed.
  if grep -Eqi 'could not select device driver|failed to discover GPU vendor|unknown or invalid runtime name|nvidia-container-runtime.*(not found|no such file)|unresolvable CDI devices' "$words"; then
    fail 'Docker cannot give containers a GPU: the NVIDIA Container Toolkit is missing, or Docker does not know it.' \
      "Install it ($toolkit_guide), then:" \
      'sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker'
  fi
  if grep -Eqi 'unknown device|device error|invalid device' "$words"; then
    fail "There is no GPU ${gpu:-0}." 'nvidia-smi -L lists those of this machine.'
  fi
  if grep -Eqi "nvidia-container-cli|nvml|driver not loaded|libnvidia-ml|No devices were found|communicate with the NVIDIA driver|nvidia-smi.*(executable file )?not found" "$words"; then
    fail 'There is no GPU here, or its driver does not run.' \
      'nvidia-smi on this machine (not in a container) has to list the GPU first; release 24.11 wants driver 560 or newer' \
      '(data centre GPUs: 535 too).'
  fi
}

join() {
  local separator=$1 line='' word
  shift
  for word in "$@"; do line+="${line:+$separator}$word"; done
  printf '%s' "$line"
}
