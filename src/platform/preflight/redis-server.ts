import type { RedisServerInfo } from "../../redis/index.ts";
import { type CheckResult, passed, warned } from "../../shared/check.ts";
import { humanSize } from "../../shared/human-size.ts";

/** A fuller Redis will soon refuse writes. */
const FULL_SHARE = 0.9;

const HIDDEN = ["Let the user see it (`ACL SETUSER <user> +info`), or ask whoever runs this Redis."];

/** Whether Redis keeps what the agents remember when its memory is full. */
export function memoryResult({ info }: RedisServerInfo): CheckResult {
  if (info === undefined) return warned("not visible to this user; `maxmemory-policy` should be `noeviction`", HIDDEN);
  const most = Number(info.get("maxmemory") ?? 0);
  const used = Number(info.get("used_memory") ?? 0);
  const policy = info.get("maxmemory_policy") ?? "unknown";
  if (most === 0) return passed(`${humanSize(used)} used, no limit (maxmemory 0), policy ${policy}`);
  const shown = `${humanSize(used)} of ${humanSize(most)} used, policy ${policy}`;
  if (policy !== "noeviction")
    return warned(`${shown}: when it is full, it deletes what agents remember and what replicas agreed on`, [
      "Set `maxmemory-policy noeviction` in its configuration: a full Redis then refuses writes, which is noticed.",
    ]);
  if (used > most * FULL_SHARE)
    return warned(`${shown}: it will soon refuse writes`, [
      "Give it more memory (maxmemory), or set a shorter REDIS_THREAD_TTL.",
    ]);
  return passed(shown);
}

/** Whether what the agents remember survives a restart of Redis. */
export function persistenceResult({ info, snapshots }: RedisServerInfo): CheckResult {
  if (info === undefined) return warned("not visible to this user; `appendonly` should be `yes`", HIDDEN);
  const failed = [
    ...(info.get("aof_last_write_status") === "err" ? ["the append-only file"] : []),
    ...(info.get("rdb_last_bgsave_status") === "err" ? ["a snapshot"] : []),
  ];
  if (failed.length > 0)
    return warned(`the last write of ${failed.join(" and of ")} failed`, [
      "Free space on the disk of Redis, and look at its log.",
    ]);
  if (info.get("aof_enabled") === "1") return passed("append-only file");
  const remedies = ["Set `appendonly yes` in its configuration."];
  if (snapshots === undefined)
    return warned("no append-only file; whether it saves snapshots is not visible to this user", remedies);
  if (snapshots === "")
    return warned("nothing is saved: when Redis restarts, agents have forgotten everything", remedies);
  return warned("snapshots only: when Redis crashes, what was written since the last one is lost", remedies);
}
