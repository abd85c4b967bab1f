/** The hidden command by which `doctor` starts the program again, to load Temporal's library where a crash harms nothing. */
export const TRY_BRIDGE_COMMAND = "__try-bridge";
