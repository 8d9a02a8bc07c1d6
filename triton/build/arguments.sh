# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with build.sh, which reads this file
# The command line. Sets: run_image, tag, workspace, precision, only, gpu, dry_run.

usage() {
  cat <<'TEXT'
Usage: triton/build.sh [OPTION]...

Makes a TensorRT plan of every models_serving/<model>/1/model.onnx, builds the server's image with them and starts it.
A plan that is newer than its model.onnx and was made by the same TensorRT, GPU and options is kept.

  --no-run          build the image, do not start it
  --tag TAG         name of the image (tritonserver-plan-vnd:24.11-py3)
  --workspace MIB   memory that TensorRT may use for a layer while it builds, in MiB (4096)
  --fp16, --fp32    precision of the plans, whatever config.pbtxt says; --fp32 is without TF32
  --only MODEL      make the plan of this model alone (may be repeated); the others must have theirs
  --gpu N           GPU that makes the plans and serves, as nvidia-smi counts (plans: the first; serving: all)
  --dry-run         print the commands and do nothing; needs neither Docker nor a GPU
  -h, --help        this text

Environment
  DOCKER_BIN        docker, or what stands in for it
  TENSORRT_IMAGE    image with trtexec (nvcr.io/nvidia/tensorrt:24.11-py3)
  TRITON_IMAGE      image of the server (nvcr.io/nvidia/tritonserver:24.11-py3); both must have the same TensorRT
TEXT
}

wrong_usage() {
  say "build.sh: $1" '(--help lists the options)'
  exit 2
}

parse_arguments() {
  run_image=yes tag=tritonserver-plan-vnd:24.11-py3 workspace=4096 precision='' gpu='' dry_run=no only=()
  local option value
  while (($# > 0)); do
    option=$1 value=''
    shift
    case $option in
      --tag=* | --workspace=* | --only=* | --gpu=*) value=${option#*=} option=${option%%=*} ;;
      --tag | --workspace | --only | --gpu)
        (($# > 0)) || wrong_usage "$option needs a value."
        value=$1
        shift
        ;;
    esac
    case $option in
      --no-run) run_image=no ;;
      --dry-run) dry_run=yes ;;
      --tag)
        [[ $value =~ ^[a-z0-9][a-zA-Z0-9./:_-]*$ ]] || wrong_usage "--tag '$value' is not the name of an image."
        tag=$value
        ;;
      --workspace)
        [[ $value =~ ^[1-9][0-9]{0,6}$ ]] || wrong_usage "--workspace '$value' is not a number of MiB."
        workspace=$value
        ;;
      --fp16 | --fp32)
        [[ -z $precision || $precision == "${option#--}" ]] || wrong_usage '--fp16 and --fp32 exclude each other.'
        precision=${option#--}
        ;;
      --only)
        [[ -n $value ]] || wrong_usage '--only needs the name of a model.'
        only+=("$value")
        ;;
      --gpu)
        [[ $value =~ ^[0-9]+$ ]] || wrong_usage "--gpu '$value' is not a number as nvidia-smi counts GPUs."
        gpu=$value
        ;;
      -h | --help)
        usage
        exit 0
        ;;
      *) wrong_usage "unknown option '$option'." ;;
    esac
  done
}
