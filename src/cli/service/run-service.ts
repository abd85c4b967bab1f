import { ConfigError, type Loaded, type LoadOptions, loadConfig } from "../../config/index.ts";
import { captureConsole, type Logger } from "../../log/index.ts";
import { type SecretMasks, secretMasks } from "../../shared/secret-masks.ts";
import { yieldToEventLoop } from "../../shared/time.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { type Lifecycle, StartInterrupted } from "../lifecycle.ts";
import type { SignalHandler } from "../signals.ts";
import { firstLogger, loggerOf, logWarnings } from "./loggers.ts";
import { handleUncaughtErrors } from "./uncaught-errors.ts";

export interface ServiceOptions {
  /** Where the configuration comes from. */
  readonly load: LoadOptions;
  /** Listens already, and changes the lifecycle. */
  readonly signals: SignalHandler;
  /** Explains a failed start in the log. @returns the exit code */
  readonly logFailure: (error: unknown, log: Logger) => ExitCode | Promise<ExitCode>;
}

/** What a command that runs until it is stopped works with. */
export interface ServiceContext {
  readonly env: LoadOptions["env"];
  readonly loaded: Loaded;
  readonly log: Logger;
  readonly masks: SecretMasks;
  readonly lifecycle: Lifecycle;
}

/**
 * Runs a command until it is stopped: sets up log, configuration, signals and error handling, and returns the exit code.
 * @param run starts and runs. An error is logged as a failed start, except StartInterrupted, which is a success
 */
export async function runService(
  { load, signals, logFailure }: ServiceOptions,
  run: (service: ServiceContext) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { lifecycle } = signals;
  const masks = secretMasks();
  const log = new CurrentLog(firstLogger(load, masks.all));
  const release = [captureConsole(log.get), handleUncaughtErrors(log.get, lifecycle), () => signals.release()];
  signals.logTo(log.get);
  try {
    // Signals that came while the program was loaded are delivered in the next round of the event loop.
    await yieldToEventLoop();
    lifecycle.drainRequested.throwIfAborted();
    const loaded = loadConfig(load);
    log.set(loggerOf(loaded, masks));
    logWarnings(loaded, log.get());
    const code = await run({ env: load.env, loaded, masks, lifecycle, log: log.get() });
    return lifecycle.hasFailed ? EXIT.failed : code;
  } catch (error) {
    if (error instanceof StartInterrupted) {
      log.get().info(error.message);
      return lifecycle.hasFailed ? EXIT.failed : EXIT.ok;
    }
    // They may say why the configuration is not valid.
    if (error instanceof ConfigError) logWarnings(error, log.get());
    return await logFailure(error, log.get());
  } finally {
    for (const end of release.toReversed()) end();
  }
}

/** A simple log until the configuration is read, and then the configured one. */
class CurrentLog {
  #log: Logger;

  constructor(first: Logger) {
    this.#log = first;
  }

  readonly get = (): Logger => this.#log;

  set(log: Logger): void {
    this.#log = log;
  }
}
