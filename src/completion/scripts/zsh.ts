import { COMPLETE_COMMAND } from "../shells.ts";

export const ZSH = String.raw`#compdef agent-runner
# Completion of agent-runner for zsh.
_agent-runner() {
  local program="\${(Q)words[1]}"
  # The shell expands this in commands, but not here.
  [[ $program = '~/'* ]] && program="$HOME/\${program#'~/'}"
  local -a typed lines described
  typed=("\${(@Q)words[2,CURRENT-1]}")
  lines=("\${(@f)$("$program" ${COMPLETE_COMMAND} zsh "\${typed[@]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  local line word
  case $lines[1] in
    files) [[ $PREFIX = --*=* ]] && compset -P '*='; _files ;;
    directories) [[ $PREFIX = --*=* ]] && compset -P '*='; _files -/ ;;
    words)
      for line in "\${(@)lines[2,-1]}"; do
        word="\${line%%$'\t'*}"
        described+=("\${word//:/\\:}:\${line#*$'\t'}")
      done
      (( $#described )) && _describe -t agent-runner 'agent-runner' described
      ;;
  esac
}
if [[ $zsh_eval_context[-1] = loadautofunc ]]; then
  _agent-runner "$@"
elif (( $+functions[compdef] )); then
  compdef _agent-runner agent-runner
fi
`.replaceAll("\\$", "$");
