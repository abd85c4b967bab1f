import { COMPLETE_COMMAND } from "../shells.ts";

export const FISH = String.raw`# Completion of agent-runner for fish.
function __agent_runner_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~/' $HOME/ -- $typed[1])
    set -e typed[1]
    set -l lines ($program ${COMPLETE_COMMAND} fish $typed "$current" 2>/dev/null)
    switch "$lines[1]"
        case files
            set -l option (string match -r -- '^--[^=]*=' "$current")
            for path in (__fish_complete_path (string replace -r -- '^--[^=]*=' '' "$current"))
                echo "$option$path"
            end
        case directories
            __fish_complete_directories "$current" ''
        case words
            set -e lines[1]
            string join \n -- $lines
    end
end
complete -c agent-runner -e
complete -c agent-runner -f -a '(__agent_runner_complete)'
`;
