# shellcheck shell=bash
# What the build says, and how it ends. Words for the user go to stderr: stdout has the commands of --dry-run.

say() { printf '%s\n' "$*" >&2; }

# Ends the build. The first argument is what is wrong, each further one a line with what to do.
fail() {
  say "build.sh: $1"
  shift
  local line
  for line in "$@"; do say "  $line"; done
  exit 1
}

# The words of another program, so that they are not taken for those of the build.
quote_words() { sed -e '/^[[:space:]]*$/d' -e 's/^/  | /' "$1" >&2; }

# A command as it can be pasted into a shell.
print_command() {
  local word line=''
  for word in "$@"; do
    if [[ $word =~ ^[A-Za-z0-9_./:=,@%+-]+$ ]]; then line+=" $word"; else line+=" $(printf '%q' "$word")"; fi
  done
  printf '%s\n' "${line# }"
}

# A path as the user knows it, from the project's folder.
short() { printf '%s' "${1#"$project/"}"; }
