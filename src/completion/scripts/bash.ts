import { COMPLETE_COMMAND } from "../shells.ts";

/** Also for bash 3.2, which macOS has: without `compopt` and `mapfile`. */
export const BASH = String.raw`# Completion of agent-runner for bash.
_agent_runner() {
  local program="\${COMP_WORDS[0]}" kind="" line
  # The shell expands this in commands, but not here.
  case $program in '~/'*) program="$HOME/\${program#'~/'}" ;; esac
  COMPREPLY=()
  while IFS= read -r line; do
    if [ -z "$kind" ]; then kind=$line; else COMPREPLY+=("$line"); fi
  done < <("$program" ${COMPLETE_COMMAND} bash "\${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
  case $kind in
    files) compopt -o default 2>/dev/null || COMPREPLY=($(compgen -f -- "$2")) ;;
    directories) compopt -o dirnames 2>/dev/null || COMPREPLY=($(compgen -d -- "$2")) ;;
  esac
}
complete -F _agent_runner agent-runner
`.replaceAll("\\$", "$");
