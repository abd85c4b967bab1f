// Keeps the page up to date. Without it the page shows the same, and reloads now and then.
(() => {
  const TICK_MS = 1000;
  const RELOAD_MS = 15000;
  const root = document.documentElement;
  const live = document.getElementById("live");
  // The clocks of the runner and of this machine may differ.
  const skew = Date.now() - Number(root.dataset.now);
  const parser = new DOMParser();
  let source;
  let retry;

  function age(seconds) {
    if (seconds < 60) return `${seconds} s`;
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
    const hours = Math.floor(minutes / 60);
    return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
  }

  function tick() {
    for (const time of document.querySelectorAll("time[data-since]")) {
      const text = age(Math.max(0, Math.floor((Date.now() - skew - Number(time.dataset.since)) / 1000)));
      if (time.textContent !== text) time.textContent = text;
    }
  }

  // Changes an element into another one and keeps what is the same, so that focus, selection and scroll stay.
  function morph(from, to) {
    for (const { name } of [...from.attributes]) {
      if (name === "open" && from.localName === "details") continue;
      if (!to.hasAttribute(name)) from.removeAttribute(name);
    }
    for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
    if (from.localName === "time" && from.hasAttribute("data-since")) return;
    morphChildren(from, to);
  }

  function isSame(one, other) {
    if (one.nodeType !== other.nodeType || one.nodeName !== other.nodeName) return false;
    return one.nodeType !== Node.ELEMENT_NODE || one.id === other.id;
  }

  function change(from, to) {
    if (from.nodeType === Node.ELEMENT_NODE) morph(from, to);
    else if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
  }

  function removeUntil(at, end, isKept) {
    let next = at;
    while (next !== null && next !== end && !isKept(next)) {
      const gone = next;
      next = next.nextSibling;
      gone.remove();
    }
    return next;
  }

  // Puts what a child is to be before a place, and returns the next place. An element that stays where it is keeps
  // the focus; one that is moved loses it.
  function place(from, next, byId, start) {
    const at = byId === undefined ? start : removeUntil(start, byId, (node) => Boolean(node.id));
    const match = byId ?? at;
    if (match === null || !isSame(match, next)) {
      from.insertBefore(document.importNode(next, true), at);
      return at;
    }
    const after = match === at ? at.nextSibling : at;
    if (match !== at) from.insertBefore(match, at);
    change(match, next);
    return after;
  }

  function morphChildren(from, to) {
    const wanted = new Set([...to.children].map(({ id }) => id));
    for (const child of [...from.children]) if (child.id !== "" && !wanted.has(child.id)) child.remove();
    const known = new Map([...from.children].map((child) => [child.id, child]));
    let at = from.firstChild;
    for (const next of [...to.childNodes]) at = place(from, next, next.id ? known.get(next.id) : undefined, at);
    removeUntil(at, null, () => false);
  }

  function update(event) {
    for (const [id, markup] of Object.entries(JSON.parse(event.data))) {
      const from = document.getElementById(id);
      // A parsed document runs no scripts; the runner has escaped all texts in it.
      const to = parser.parseFromString(markup, "text/html").body.firstElementChild;
      if (from !== null && to !== null && to.id === id) morph(from, to);
    }
    tick();
  }

  function say(text, state) {
    if (live.textContent !== text) live.textContent = text;
    live.dataset.state = state;
  }

  function connect() {
    disconnect();
    source = new EventSource(`/events${location.search}`);
    source.addEventListener("regions", update);
    source.addEventListener("open", () => say("Live", "live"));
    source.addEventListener("error", () => {
      say("No connection to the runner, trying again", "lost");
      // The browser repeats what broke off, not what was refused: too many pages, or a login that has ended.
      if (source.readyState === EventSource.CLOSED) retry = setTimeout(reload, RELOAD_MS);
    });
  }

  // The last state stays on the screen if the runner is gone.
  async function reload() {
    const isThere = await fetch("/livez").then(
      () => true,
      () => false,
    );
    if (isThere) location.reload();
    else connect();
  }

  function disconnect() {
    clearTimeout(retry);
    source?.close();
  }

  // A page that nobody sees costs the runner nothing.
  document.addEventListener("visibilitychange", () => {
    disconnect();
    if (!document.hidden) connect();
  });
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", ({ persisted }) => persisted && connect());
  live.hidden = false;
  // The page is painted first.
  requestAnimationFrame(() => setTimeout(connect));
  setInterval(tick, TICK_MS);
})();
