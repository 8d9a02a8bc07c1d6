#!/usr/bin/env bash
# Stands in for docker in the tests of triton/build.sh: writes down how it was called and answers as Docker does, with
# the words of the files in $STAND_IN where the test put some. Each call is its arguments, each ended by a NUL, and one
# more NUL.
set -euo pipefail

printf '%s\0' "$@" >>"$STAND_IN/calls"
printf '\0' >>"$STAND_IN/calls"

has() { [[ -e $STAND_IN/$1 ]]; }

# answer NAME: fails with the words of NAME.error, when there are some.
answer() {
  has "$1.error" || return 0
  cat "$STAND_IN/$1.error" >&2
  exit "$(cat "$STAND_IN/$1.status" 2>/dev/null || echo 1)"
}

# trtexec as build.sh may call it: it knows these options of 10.6 (trtexec --help) and refuses others.
check_trtexec_option() {
  case $1 in
    --onnx=?* | --saveEngine=?* | --fp16 | --noTF32 | --skipInference | --memPoolSize=workspace:[0-9]*) ;;
    --minShapes=?* | --optShapes=?* | --maxShapes=?*) ;;
    *)
      echo "[E] Unknown option: $1"
      echo '&&&& FAILED TensorRT.trtexec [TensorRT v100600] [b26]'
      exit 1
      ;;
  esac
}

# Makes a plan in the folder that is mounted, as trtexec in its container would.
run_trtexec() {
  local argument onnx='' plan='' source target
  local -A mounts=()
  while (($# > 0)); do
    case $1 in
      --mount)
        source=${2#*source=} target=${2#*target=}
        mounts[${target%%,*}]=${source%%,*}
        shift
        ;;
      trtexec)
        shift
        break
        ;;
    esac
    shift
  done
  for argument in "$@"; do
    check_trtexec_option "$argument"
    case $argument in
      --onnx=*) onnx=${argument#--onnx=} ;;
      --saveEngine=*) plan=${argument#--saveEngine=} ;;
    esac
  done
  onnx=${mounts[$(dirname "$onnx")]}/$(basename "$onnx") plan=${mounts[$(dirname "$plan")]}/$(basename "$plan")
  [[ -r $onnx ]] || { echo "[E] Could not open file $onnx"; exit 1; }
  if has trtexec.partial; then echo half >"$plan"; fi
  answer trtexec
  if has trtexec.waits; then
    echo half >"$plan"
    touch "$STAND_IN/started"
    sleep 60
  fi
  has trtexec.makes-nothing || { printf 'plan of '; cat "$onnx"; } >"$plan"
  echo '&&&& PASSED TensorRT.trtexec [TensorRT v100600] [b26]'
}

# The server: runs until it gets a signal, when a test wants that.
run_server() {
  answer server
  has server.waits || exit 0
  sleep 60 &
  local sleeper=$!
  trap 'touch "$STAND_IN/signalled"; kill "$sleeper"; exit 0' TERM
  touch "$STAND_IN/started"
  wait
}

case $1 in
  version)
    answer version
    cat "$STAND_IN/version" 2>/dev/null || echo 27.3.1
    ;;
  buildx) answer buildx ;;
  info) cat "$STAND_IN/security" 2>/dev/null || echo '["name=seccomp,profile=builtin"]' ;;
  image)
    image=${!#}
    grep -qxF "$image" "$STAND_IN/images" || { echo "Error response from daemon: No such image: $image" >&2; exit 1; }
    [[ $* != *--format* ]] || printf 'PATH=/usr/bin\n%s\n' "$(
      if [[ $image == *tritonserver* ]] && has serving-tensorrt; then cat "$STAND_IN/serving-tensorrt"
      else cat "$STAND_IN/tensorrt" 2>/dev/null || echo TRT_VERSION=10.6.0.26; fi
    )"
    ;;
  pull)
    answer pull
    echo "$2" >>"$STAND_IN/images"
    ;;
  build) answer build ;;
  run)
    if [[ $* == *'--entrypoint nvidia-smi'* ]]; then
      answer gpus
      cat "$STAND_IN/gpus" 2>/dev/null || echo '0, NVIDIA L4, 8.9'
    elif [[ " $* " == *' trtexec '* ]]; then
      run_trtexec "$@"
    else
      run_server
    fi
    ;;
  *)
    echo "docker: '$1' is not a docker command." >&2
    exit 1
    ;;
esac
