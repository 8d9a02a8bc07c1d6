# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with build.sh, which reads this file
# The model repository: which models are TensorRT plans, and with which options each plan is made.

declare -ga networks=()           # models that are served as plans, by name
declare -gA network_options=()    # of each: the options of trtexec that decide about its plan, one a line
declare -g has_kprpe=no           # whether a backbone runs in PyTorch and needs rpe_ops

version_folder() { printf '%s' "$models/$1/1"; }

# Reads every config.pbtxt. Ends the build when a file is not what it has to be.
read_models() {
  [[ -d $models ]] || fail "$(short "$models") is missing." 'It comes with the project; git checkout brings it back.'
  local folder model
  for folder in "$models"/*/; do
    [[ -d $folder ]] || continue
    model=$(basename "$folder")
    read_model "$model"
  done
  for model in "${only[@]}"; do
    [[ -n ${network_options[$model]:-} ]] ||
      fail "--only $model: no model of that name is served as a plan." "There are: ${networks[*]:-none}"
  done
}

read_model() {
  local model=$1 config=$models/$1/config.pbtxt
  local onnx
  onnx=$(version_folder "$model")/model.onnx
  if [[ ! -e $config ]]; then
    [[ ! -e $onnx ]] || fail "$(short "$models/$model") has a model.onnx, but no config.pbtxt." \
      'Its name and shapes are unknown: put the file into the folder of one of the other models.'
    return 0
  fi
  [[ -r $config ]] || fail "$(short "$config") cannot be read."

  local key value rest platform='' backend='' max_batch=0 optimum=8 wanted='' inputs=()
  while read -r key value rest; do
    case $key in
      platform) platform=$value ;;
      backend) backend=$value ;;
      max_batch_size) max_batch=$value ;;
      input) inputs+=("$value $rest") ;;
      parameter)
        case $value in
          plan_optimum_batch_size) optimum=$rest ;;
          plan_precision) wanted=$rest ;;
          kprpe_*) has_kprpe=yes ;;
        esac
        ;;
    esac
  done < <(awk -f "$here/build/read-config.awk" "$config")

  if [[ $platform != tensorrt_plan && $backend != tensorrt ]]; then
    [[ ! -e $onnx ]] || fail "$(short "$onnx") would not be used: the model's config.pbtxt does not say platform: \"tensorrt_plan\"." \
      'Put it into the folder of a model that is served as a plan.'
    return 0
  fi
  [[ $max_batch =~ ^[0-9]+$ ]] || fail "$(short "$config"): max_batch_size is '$max_batch', not a number."
  [[ $optimum =~ ^[1-9][0-9]*$ ]] || fail "$(short "$config"): plan_optimum_batch_size is '$optimum', not a number from 1 on."
  wanted=${precision:-${wanted:-fp16}}
  [[ $wanted == fp16 || $wanted == fp32 ]] || fail "$(short "$config"): plan_precision is '$wanted'; it can be fp16 or fp32."
  ((${#inputs[@]} > 0)) || fail "$(short "$config") has no input: the shapes of a plan come from there."
  ((max_batch == 0 || optimum <= max_batch)) || optimum=$max_batch

  local options=() which size spec
  # A network without a batch axis has its shapes in itself, and trtexec refuses to be told.
  if ((max_batch > 0)); then
    for which in min:1 opt:"$optimum" max:"$max_batch"; do
      size=${which#*:}
      set_spec "$size" "$config" "${inputs[@]}"
      options+=("--${which%:*}Shapes=$spec")
    done
  fi
  # Without --fp16 TensorRT still rounds factors to 10 bits (TF32) where a GPU can.
  if [[ $wanted == fp16 ]]; then options+=(--fp16); else options+=(--noTF32); fi
  options+=("--memPoolSize=workspace:$workspace")

  networks+=("$model")
  network_options[$model]=$(printf '%s\n' "${options[@]}")
}

# set_spec BATCH CONFIG "NAME DIMS"...: sets spec to the inputs at a batch size, as trtexec wants them.
set_spec() {
  local batch=$1 config=$2 input name dims
  shift 2
  spec=''
  for input in "$@"; do
    name=${input% *} dims=${input##* }
    [[ $dims =~ ^[1-9][0-9]*(x[1-9][0-9]*)*$ ]] ||
      fail "$(short "$config"): the dims of input '$name' are '${dims//x/, }'; a plan needs them all, each from 1 on."
    # trtexec would take the colon in a name for the end of the name.
    if [[ $name == *[:,]* ]]; then name="'$name'"; fi
    spec+="${spec:+,}$name:${batch}x$dims"
  done
}

# Whether the plan of a model is to be looked after, or was left out by --only.
is_wanted() {
  ((${#only[@]} == 0)) && return 0
  local model
  for model in "${only[@]}"; do [[ $model == "$1" ]] && return 0; done
  return 1
}

# Every model.onnx that a plan will be made of can be read, and every model left out has its plan. Names all that do not.
check_files() {
  local model problems=() problem
  for model in "${networks[@]}"; do
    problem=$(file_problem "$model")
    [[ -z $problem ]] || problems+=("$problem")
  done
  ((${#problems[@]} == 0)) || fail 'files are missing or cannot be used:' "${problems[@]}" \
    'How to export networks: docs/triton.md.'
}

file_problem() {
  local folder onnx plan
  folder=$(version_folder "$1") onnx=$folder/model.onnx plan=$folder/model.plan
  if ! is_wanted "$1"; then
    [[ -s $plan ]] || echo "$(short "$plan") is missing, and --only leaves this model out: build it first."
  elif [[ ! -e $onnx ]]; then
    if [[ -L $onnx ]]; then
      echo "$(short "$onnx") is a link to $(readlink "$onnx"), which is not there."
    elif [[ ! -s $plan ]]; then
      echo "$(short "$onnx") is missing: put the network there."
    fi
  elif [[ ! -f $onnx ]]; then
    echo "$(short "$onnx") is not a file."
  elif [[ ! -r $onnx ]]; then
    echo "$(short "$onnx") cannot be read by $(id -un): chmod u+r, or chown it."
  elif [[ ! -s $onnx ]]; then
    echo "$(short "$onnx") is empty."
  elif head -c 64 "$onnx" | LC_ALL=C grep -aq '^version https://git-lfs'; then
    echo "$(short "$onnx") is a pointer of Git LFS, not the network: git lfs pull."
  elif head -c 256 "$onnx" | LC_ALL=C grep -aqi '<html\|<!doctype'; then
    echo "$(short "$onnx") is a web page, not a network: the download went wrong."
  fi
}
