/**
 * A command line that runs a script. Some Daytona sandboxes split command lines with a shell, others with a parser of
 * their own: this one means the same to all.
 */
export function commandLine(script: string): string {
  return `sh -c 'eval "$(echo ${Buffer.from(script).toString("base64")} | base64 -d)"'`;
}
