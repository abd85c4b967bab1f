/** Probes, which load balancers and clusters send without a token and under any host name. */
export const PROBE_PATHS = ["/livez", "/readyz", "/healthz"] as const;

/** Paths that show or change something: they require the token, if there is one. */
export const PROTECTED_PATHS = ["/config", "/shutdown"] as const;
