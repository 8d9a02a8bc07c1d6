# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with build.sh, which reads this file
# Plans: whether one still fits, and how one is made. What it was made with lies beside it in model.plan.json.

# field FILE KEY: a value of the record.
field() { sed -n 's/^  "'"$2"'": "\{0,1\}\(.*[^",]\)"\{0,1\},\{0,1\}$/\1/p' "$1" | sed -e 's/\\"/"/g' -e 's/\\\\/\\/g'; }

hash_of() { sha256sum <"$1" | cut -d ' ' -f 1; }

options_line() { tr '\n' ' ' <<<"${network_options[$1]}" | sed 's/ *$//'; }

# Why the plan of a model has to be made again; nothing when it still fits. Of a model that --only leaves out, nothing
# but what would keep the server from reading the plan.
stale_reason() {
  local folder onnx plan record
  folder=$(version_folder "$1") onnx=$folder/model.onnx plan=$folder/model.plan record=$folder/model.plan.json
  if [[ ! -s $plan ]]; then
    echo 'it has no plan yet'
  elif is_wanted "$1" && [[ -e $onnx && ! $plan -nt $onnx ]]; then
    echo 'its model.onnx is newer than its plan'
  elif [[ ! -s $record ]]; then
    echo 'its plan does not tell what it was made with'
  elif [[ $(field "$record" plan_bytes) != "$(stat -L -c %s "$plan")" ]]; then
    echo 'its plan is another one than its model.plan.json describes'
  elif [[ $(field "$record" tensorrt) != "$tensorrt" ]]; then
    echo "its plan is for TensorRT $(field "$record" tensorrt), this is $tensorrt"
  elif [[ $(field "$record" gpu) != "$gpu_name" || $(field "$record" compute_capability) != "$gpu_capability" ]]; then
    echo "its plan is for another GPU: $(field "$record" gpu), this is $gpu_name"
  elif is_wanted "$1" && [[ $(field "$record" options) != "$(options_line "$1")" ]]; then
    echo 'its plan was made with other options'
  elif is_wanted "$1" && [[ -e $onnx && $(field "$record" onnx_sha256) != "$(hash_of "$onnx")" ]]; then
    echo 'its plan is of another model.onnx'
  fi
}

# Makes the plans that are missing or do not fit.
make_plans() {
  local model reason onnx left_out=()
  for model in "${networks[@]}"; do
    onnx=$(version_folder "$model")/model.onnx
    reason=$(stale_reason "$model")
    if [[ -z $reason ]]; then
      say "$model: its plan is up to date"
    elif is_wanted "$model" && [[ -e $onnx ]]; then
      make_plan "$model" "$reason"
    elif [[ $reason == 'its plan does not tell'* ]]; then
      say "$model: its plan is taken as it is, though nothing tells which GPU and TensorRT it is for"
    elif is_wanted "$model"; then
      fail "$model: $reason, and without $(short "$onnx") no other one can be made."
    else
      left_out+=("$model: $reason")
    fi
  done
  ((${#left_out[@]} == 0)) ||
    fail 'the image would not start, for plans that --only left out do not fit:' "${left_out[@]}" 'Build without --only.'
}

# conversion MODEL GPU: sets the array command.
conversion() {
  local folder onnx options
  folder=$(version_folder "$1")
  # The network may be a link into a store of models: what is mounted is where it really lies.
  onnx=$(readlink -f "$folder/model.onnx" || true)
  onnx=${onnx:-$folder/model.onnx}
  mapfile -t options <<<"${network_options[$1]}"
  # --init: trtexec would be the first process of the container, which Ctrl-C does not end by itself.
  command=("$docker" run --rm --init --gpus "device=$2" --network none --security-opt label=disable)
  # Without it the plan would belong to root. In rootless Docker root of the container is the user.
  [[ ${rootless:-no} == yes ]] || command+=(--user "$(id -u):$(id -g)")
  command+=(--mount "type=bind,source=$(dirname "$onnx"),target=/onnx,readonly")
  command+=(--mount "type=bind,source=$folder,target=/plan" "$tensorrt_image")
  command+=(trtexec "--onnx=/onnx/$(basename "$onnx")" --saveEngine=/plan/model.plan.partial "${options[@]}" --skipInference)
}

make_plan() {
  local model=$1 folder log started=$SECONDS status=0 command
  folder=$(version_folder "$model") log=$folder/model.plan.log partial=$folder/model.plan.partial
  [[ -w $folder ]] || fail "$(short "$folder") cannot be written by $(id -un)."
  say "$model: $2; making one (minutes; tail -f $(short "$log"))"
  conversion "$model" "$gpu_index"
  local hash
  hash=$(hash_of "$folder/model.onnx")
  "${command[@]}" >"$log" 2>&1 </dev/null || status=$?
  if ((status != 0)) || [[ ! -s $partial ]]; then explain_conversion "$model" "$log" "$status"; fi
  rm -f "$folder/model.plan.json"
  mv -f "$partial" "$folder/model.plan"
  write_record "$model" "$hash"
  say "$model: plan of $(($(stat -c %s "$folder/model.plan") / 1048576)) MiB in $((SECONDS - started)) s"
}

write_record() {
  local folder
  folder=$(version_folder "$1")
  {
    echo '{'
    printf '  "onnx_sha256": "%s",\n' "$2"
    printf '  "plan_bytes": %s,\n' "$(stat -c %s "$folder/model.plan")"
    printf '  "tensorrt": "%s",\n' "$tensorrt"
    printf '  "gpu": "%s",\n' "$(in_json "$gpu_name")"
    printf '  "compute_capability": "%s",\n' "$gpu_capability"
    printf '  "options": "%s"\n' "$(in_json "$(options_line "$1")")"
    echo '}'
  } >"$folder/model.plan.json.partial"
  mv -f "$folder/model.plan.json.partial" "$folder/model.plan.json"
}

in_json() { sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' <<<"$1"; }

# Says why trtexec failed, as far as its words tell, and ends the build.
explain_conversion() {
  local model=$1 log=$2 status=$3 advice=()
  # In the background of a terminal or by a signal: 130 and 143 are an interruption, not a failure of trtexec.
  ((status != 130 && status != 143)) || fail "$model: stopped."
  say "The last lines of trtexec:"
  tail -n 20 "$log" >"$scratch/tail"
  quote_words "$scratch/tail"
  # 125 to 127 come from Docker: no container ran.
  if ((status >= 125 && status <= 127)); then explain_gpu "$log"; fi
  if grep -q 'Static model does not take explicit shapes' "$log"; then
    advice+=('The network was exported with a fixed batch size. Export it with a dynamic first axis (docs/triton.md).')
  elif grep -Eq 'Cannot find input tensor|not found in network|invalid input name' "$log"; then
    advice+=("The network's inputs have other names than config.pbtxt says: compare the two.")
  elif grep -Eqi 'out of memory|OutOfMemory|insufficient (memory|workspace)|Could not find any implementation' "$log"; then
    advice+=("Memory: other programs on the GPU (nvidia-smi), or a larger --workspace than $workspace.")
  elif grep -Eqi 'failed to parse|Could not parse|ModelImporter' "$log"; then
    advice+=('TensorRT cannot read the network: exported by another opset, incomplete, or with an operator it lacks.')
  elif grep -qi 'no space left' "$log"; then
    advice+=('The disk is full.')
  elif ((status == 137)); then
    advice+=('It was killed, as by the kernel when memory runs out.')
  fi
  fail "$model: trtexec could not make a plan (exit status $status)." "${advice[@]}" "All its words: $(short "$log")"
}
