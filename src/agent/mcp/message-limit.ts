/** Largest message that a server may send, in bytes. */
export const MESSAGE_LIMIT = 64 * 1024 * 1024;
