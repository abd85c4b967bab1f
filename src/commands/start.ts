import { EXIT, type ExitCode, handleSignals } from "../cli/index.ts";
import { firstLogger, handleUncaughtErrors, loggerOf, logWarnings } from "../cli/service/index.ts";
import { ConfigError, type EnvMap, loadConfig } from "../config/index.ts";
import { captureConsole } from "../log/index.ts";
import { logStartupFailure, type Runner, StartStopped, startRunner, startupFailure } from "../runner/index.ts";
import { secretMasks } from "../shared/secret-masks.ts";

export interface StartOptions {
  readonly env: EnvMap;
  readonly envFile?: string;
  /** Values of variables that nothing else sets. */
  readonly defaults?: EnvMap | undefined;
}

/** `agent-runner start`: runs until it is told to stop. */
export async function start({ env, envFile, defaults }: StartOptions): Promise<ExitCode> {
  const masks = secretMasks();
  const options = { env, defaults, ...(envFile === undefined ? {} : { envFile }) };
  let log = firstLogger(options, masks.all);
  const releaseConsole = captureConsole(() => log);
  let runner: Runner | undefined;
  const starting = { drain: () => process.exit(EXIT.ok), stop: () => process.exit(EXIT.ok) };
  const stray = handleUncaughtErrors(
    () => log,
    () => (runner === undefined ? process.exit(EXIT.failed) : runner.drain()),
  );
  const release = handleSignals(
    { drain: () => (runner ?? starting).drain(), stop: () => (runner ?? starting).stop() },
    () => log,
  );
  try {
    const loaded = loadConfig(options);
    log = loggerOf(loaded, masks);
    logWarnings(loaded, log);
    runner = await startRunner({ loaded, env, log, masks });
    const code = await runner.ended;
    return stray.isFaulty ? EXIT.failed : code;
  } catch (error) {
    if (error instanceof StartStopped) {
      log.info(error.message);
      return EXIT.ok;
    }
    // It may be why the configuration is not valid.
    if (error instanceof ConfigError) logWarnings(error, log);
    const failure = startupFailure(error);
    logStartupFailure(failure, log);
    return failure.exitCode;
  } finally {
    release();
    stray.release();
    releaseConsole();
  }
}
