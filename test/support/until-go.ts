/** A command of an agent that runs until there is a file `go` where it works. */
export const UNTIL_GO = "until [ -e go ]; do sleep 0.1; done";
