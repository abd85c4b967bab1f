/** How the process ends; `agent-runner --help` shows them. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  configuration: 3,
  unavailable: 4,
  unfinished: 5,
  interrupted: 130,
  brokenPipe: 141,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_MEANINGS: readonly (readonly [ExitCode, string])[] = [
  [
    EXIT.ok,
    "stopped as asked; `run`, `attach`: the execution completed; `run --check`: the file is valid; `cancel`: the execution is being cancelled, or was; `status`: the runner is ready; `doctor`: no check failed; `drain`: it drains, with `--wait`: it has left and nothing was cut off",
  ],
  [
    EXIT.failed,
    "an error while running; `run`, `attach`: the execution failed or was cancelled; `run --check`: the file is not valid; `cancel`: there is nothing to cancel; `health`, `status`: the runner is not ready; `doctor`: a check failed; `executions`, `drain`, `log-level`: the runner refused the request; `drain --wait`: the runner ended without saying how its executions ended",
  ],
  [EXIT.usage, "wrong arguments"],
  [EXIT.configuration, "the configuration is not valid"],
  [
    EXIT.unavailable,
    "something needed was not available at the start: Temporal, a port, a directory, the daemon; `run`, `attach`: the daemon could not be reached; `executions`, `drain`, `log-level`, `status`: no runner answers",
  ],
  [
    EXIT.unfinished,
    "stopped while executions were running: the drain timed out, or a second signal came; `drain --wait`: that happened to the runner",
  ],
  [
    EXIT.interrupted,
    "interrupted: a third signal; `dev`: Ctrl-C at its question; `run`, `attach`, `list`, `cancel`, `executions`, `doctor`, `drain`, `log-level`: Ctrl-C; the execution, or the drain, continues",
  ],
  [EXIT.brokenPipe, "the reader of the output is gone, as with `run … | head`; the execution continues"],
];
