# Sourced by the other scripts, in the project's root: installs what is missing, and builds.
# The package brings Node 22 along, for machines that have an older one.
export PATH="$PWD/node_modules/.bin:$PATH"
results=.test-results
mkdir -p "$results"

fail() {
  echo "$*" >&2
  exit 1
}

install_packages() {
  # npm writes its own list of what it has installed.
  if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
    echo 'Installing the npm packages.'
    npm ci --no-audit --no-fund >"$results/npm-ci.log" 2>&1 || fail "npm ci failed: see $results/npm-ci.log."
  fi
  if [ ! -f .wxt/tsconfig.json ]; then
    wxt prepare >"$results/prepare.log" 2>&1 || fail "wxt prepare failed: see $results/prepare.log."
  fi
}

# Whether the browser ($1: firefox or chromium) is there; the same places as in tests/support.
has_browser() {
  local candidates candidate
  case $1 in
    firefox) candidates=("${FIREFOX:-}" /usr/bin/firefox-esr /usr/bin/firefox) ;;
    chromium) candidates=("${CHROMIUM:-}" /usr/lib/chromium/chromium /usr/bin/chromium /usr/bin/google-chrome) ;;
    *) fail "There is no browser called \"$1\" here: firefox or chromium." ;;
  esac
  for candidate in "${candidates[@]}"; do
    [ -x "$candidate" ] && return
  done
  return 1
}

# Installs Debian packages; returns 1 where that can't be done here.
install_debian() {
  local as_root=
  [ "$(id -u)" = 0 ] || as_root='sudo -n'
  command -v apt-get >/dev/null && $as_root true 2>/dev/null || return 1
  echo "Installing $*."
  $as_root apt-get update >"$results/apt.log" 2>&1 &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@" \
      >>"$results/apt.log" 2>&1 || fail "Could not install $*: see $results/apt.log."
}

install_browser() {
  has_browser "$1" && return
  local package=$1
  [ "$1" = firefox ] && package=firefox-esr
  install_debian "$package" ||
    fail "There is no $1 on this machine: install it, or say where it is in the environment variable ${1^^}."
}

# Fonts for every language that the pictures are in.
install_fonts() {
  [ -n "$(fc-list :lang=zh)" ] && [ -n "$(fc-list :lang=ar)" ] && return
  install_debian fonts-noto-core fonts-noto-cjk ||
    fail 'This machine lacks fonts for Chinese or Arabic: install some, such as Noto.'
}

# All that it takes to run in both browsers.
prepare_both() {
  install_packages
  install_browser firefox
  install_browser chromium
  wxt build -b firefox --mv3 >"$results/build.log" 2>&1 && wxt build -b chrome --mv3 >>"$results/build.log" 2>&1 ||
    fail "The build failed: see $results/build.log."
}
