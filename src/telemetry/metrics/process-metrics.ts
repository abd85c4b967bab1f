import { readdirSync, readFileSync } from "node:fs";
import { Counter, Gauge, type Registry } from "./prometheus.ts";

/**
 * Metrics of the process under the names that all Prometheus clients use. The library's own are made for Node: half of
 * them stay empty under Bun, and its watch on the event loop needs a timer.
 */
export function processMetrics(registry: Registry): void {
  const registers = [registry];
  counted(registers, "process_cpu_user_seconds_total", "CPU time of this program's own code.", ({ user }) => user);
  counted(registers, "process_cpu_system_seconds_total", "CPU time in the kernel.", ({ system }) => system);
  counted(registers, "process_cpu_seconds_total", "CPU time, of both kinds.", ({ user, system }) => user + system);
  new Gauge({
    name: "process_start_time_seconds",
    help: "When the process started, as Unix time.",
    registers,
  }).set(Date.now() / 1_000 - process.uptime());
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Memory that the process has in RAM.",
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  if (process.platform !== "linux") return;
  new Gauge({
    name: "process_open_fds",
    help: "Open files and connections.",
    registers,
    collect() {
      // Without the one of this reading.
      this.set(readdirSync("/proc/self/fd").length - 1);
    },
  });
  const limit = maxOpenFiles();
  if (limit === undefined) return;
  new Gauge({ name: "process_max_fds", help: "Files and connections that may be open.", registers }).set(limit);
}

function counted(registers: Registry[], name: string, help: string, of: (usage: NodeJS.CpuUsage) => number): void {
  let counted = 0;
  new Counter({
    name,
    help,
    registers,
    collect() {
      const now = of(process.cpuUsage());
      this.inc(Math.max(now - counted, 0) / 1_000_000);
      counted = Math.max(now, counted);
    },
  });
}

/** @returns `undefined` if there is no limit, or it cannot be read */
function maxOpenFiles(): number | undefined {
  try {
    const limit = Number(/^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1]);
    return Number.isNaN(limit) ? undefined : limit;
  } catch {
    return undefined;
  }
}
