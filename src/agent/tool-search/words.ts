/** Groups of words that people use for one another when they say what they want to do. */
const SYNONYMS: readonly (readonly string[])[] = [
  ["create", "add", "new", "make", "insert", "open", "register", "file", "schedule", "book", "write", "upload"],
  ["get", "read", "fetch", "show", "view", "retrieve", "describe", "display", "check"],
  ["list", "all", "browse", "enumerate", "show", "which"],
  ["search", "find", "query", "lookup", "look", "locate"],
  ["update", "edit", "change", "modify", "set", "rename"],
  ["delete", "remove", "erase", "drop", "destroy", "clean", "clear", "prune", "purge"],
  ["send", "post", "publish", "deliver", "tell", "notify", "write"],
  ["cancel", "abort", "stop", "terminate", "halt", "kill"],
  ["run", "execute", "trigger", "launch", "start", "begin"],
  ["deploy", "release", "ship", "rollout"],
  ["message", "chat", "dm", "tell", "say"],
  ["complete", "done", "finish", "close", "resolve", "fix"],
  ["direction", "route", "way", "navigate", "travel"],
  ["email", "mail", "inbox", "mailbox"],
  ["issue", "ticket", "bug", "defect"],
  ["pull", "pr", "merge"],
  ["repository", "repo"],
  ["customer", "client", "contact"],
  ["user", "person", "people", "member", "employee", "colleague"],
  ["event", "meeting", "appointment"],
  ["document", "doc", "page", "note"],
  ["spreadsheet", "sheet"],
  ["folder", "directory"],
  ["refund", "reimburse"],
  ["invoice", "bill"],
  ["payment", "pay", "charge"],
  ["server", "instance", "machine", "vm"],
  ["error", "exception", "crash", "failure"],
  ["comment", "reply", "respond", "answer"],
  ["image", "picture", "photo"],
  ["database", "db"],
  ["row", "record", "entry"],
  ["task", "todo"],
  ["alert", "alarm", "page"],
  ["weather", "forecast"],
  ["account", "profile"],
  ["schedule", "plan"],
  ["upload", "attach"],
  ["share", "invite", "permission", "access"],
  ["move", "transfer"],
  ["copy", "duplicate", "clone"],
];

/** Words of a request that say nothing about a tool. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  "a an the of to in on at for from by with into and or is are was be been it its this that these those i me my we us our you your he she his her their them please can could would should how do does what when want need tool tools some any".split(
    " ",
  ),
);

/** The words of a text, in lower case: `createPullRequest` and `create_pull_request` have the same ones. */
export function words(text: string): string[] {
  return text
    .normalize("NFKC")
    .replace(/['’]s\b/g, "")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
    .flatMap(parts);
}

/** A word in camel case gives its parts, and the whole of it: people write `github` for `GitHub`. */
function parts(word: string): string[] {
  const split = word
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu}+)(\p{Lu}\p{Ll}{2,})/gu, "$1 $2")
    .toLowerCase()
    .split(" ");
  return split.length === 1 ? split : [...split, split.join("")];
}

/** The common beginning of a word's forms: `issues` and `issue`, `creating`, `created` and `create`. */
export function stem(word: string): string {
  let end = word;
  if (/[^aeiou]ies$/.test(end)) end = `${end.slice(0, -3)}y`;
  else if (/(ss|x|ch|sh)es$/.test(end)) end = end.slice(0, -2);
  else if (/[^sui]s$/.test(end) && end.length > 3) end = end.slice(0, -1);
  if (/..[^e]ing$/.test(end) && end.length > 5) end = undoubled(end.slice(0, -3));
  else if (/..[^e]ed$/.test(end) && end.length > 4) end = undoubled(end.slice(0, -2));
  return end.length > 3 && end.endsWith("e") ? end.slice(0, -1) : end;
}

function undoubled(word: string): string {
  return /([bdgklmnprt])\1$/.test(word) ? word.slice(0, -1) : word;
}

const SYNONYMS_BY_STEM = synonymsByStem();

function synonymsByStem(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const group of SYNONYMS) {
    const stems = group.map(stem);
    for (const one of stems) found.set(one, [...(found.get(one) ?? []), ...stems.filter((other) => other !== one)]);
  }
  return found;
}

/** What to look for: the stems of a request's own words, and those of words that mean about the same. */
export interface Terms {
  readonly own: readonly string[];
  readonly related: readonly string[];
}

export function terms(request: string): Terms {
  const all = words(request);
  const telling = all.filter((word) => !STOP_WORDS.has(word));
  const own = [...new Set((telling.length > 0 ? telling : all).map(stem))];
  const related = new Set(own.flatMap((one) => SYNONYMS_BY_STEM.get(one) ?? []));
  return { own, related: [...related].filter((one) => !own.includes(one)) };
}
