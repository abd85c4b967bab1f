/** Largest message that a server may send, in bytes. */
export const MESSAGE_LIMIT = 64 * 1024 * 1024;
export const MESSAGE_LIMIT_TEXT = `${MESSAGE_LIMIT / 1024 / 1024} MiB`;
