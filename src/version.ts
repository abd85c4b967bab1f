/** Replaced by the build with the version and the commit that it builds. */
declare const BUILD_VERSION: string | undefined;
declare const BUILD_COMMIT: string | undefined;

export const version: string = typeof BUILD_VERSION === "string" ? BUILD_VERSION : "0.0.0-source";
export const commit: string = typeof BUILD_COMMIT === "string" ? BUILD_COMMIT : "source";

/** What `agent-runner --version` prints. */
export const versionLine = `agent-runner ${version} (${commit})`;
