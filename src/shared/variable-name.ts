/** The name of an environment variable that a shell can read. */
export const VARIABLE_NAME = /^[A-Za-z_]\w*$/;
