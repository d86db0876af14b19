#!/usr/bin/env bash
# Installs, starts, upgrades, removes and purges the Debian package on this machine; prints `ok`/`not ok` lines.
# Needs root, and a machine where the package is not in use. Takes the binaries that the tests were built with.
# shellcheck source=deploy/dev/ground.sh
. "$(dirname "$0")/../dev/ground.sh"
# shellcheck source=deploy/dev/tap.sh
. deploy/dev/tap.sh
PACKAGE=zhunkehu-gateway
STATE=/var/lib/zhunkehu
CONFIG=/etc/zhunkehu/gateway.toml
UNIT=/lib/systemd/system/$PACKAGE.service
WORK="$(mktemp -d)"
REPORT="$WORK/report"
RUNNER=

build_package() {
  ZK_DEB_PROFILE=dev ZK_DEB_BUILT=1 ZK_DEB_SUFFIX="$1" deploy/appliance/build-deb.sh 2>"$WORK/build.log" ||
    { cat "$WORK/build.log" >&2; return 1; }
}

install_package() { dpkg --install "$1" >"$WORK/dpkg.log" 2>&1 || { cat "$WORK/dpkg.log"; return 1; }; }
says() { grep -qx "$1" "$REPORT"; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
healthy() { curl --silent --insecure --noproxy '*' --fail "https://127.0.0.1:$WEB_PORT/healthz" >"$WORK/health"; }

# start_unit [TRACE]
start_unit() {
  : >"$REPORT"
  python3 deploy/appliance/unit_runner.py "$UNIT" "$REPORT" "$@" >"$WORK/unit.log" 2>&1 &
  RUNNER=$!
}

# Where a person looks for the first password of a new machine; the log, which is kept, does not have it.
first_log_in() {
  local file="$STATE/keys/first-log-in" password
  [ "$(stat -c '%U %a' "$file")" = "zhunkehu 600" ] || { stat "$file"; return 1; }
  password="$(awk '{ print $NF }' "$file")"
  grep -q "$file" "$WORK/unit.log" && [ "${#password}" -ge 12 ] && ! grep -qF "$password" "$WORK/unit.log"
}

comes_up() {
  if within 60 says ready && within 20 healthy; then return 0; fi
  curl --silent --show-error --insecure --noproxy '*' "https://127.0.0.1:$WEB_PORT/healthz" || true
  tail -n 20 "$WORK/unit.log"
  return 1
}

stops_cleanly() {
  kill -TERM "$RUNNER"
  if within 30 says 'exit .*' && says 'exit 0'; then return 0; fi
  tail -n 20 "$REPORT" "$WORK/unit.log"
  return 1
}

# The administrator's own settings: free ports on loopback.
edit_config() {
  sed -i -e "s/^listen = .*:5060\".*/listen = \"127.0.0.1:$SIP_PORT\"/" -e "s/^tls = .*/tls = \"127.0.0.1:$TLS_PORT\"/" \
    -e "s/^listen = .*:8443\".*/listen = \"127.0.0.1:$WEB_PORT\"/" "$CONFIG"
}

own_everything() {
  local foreign
  foreign="$(find "$STATE" ! -user zhunkehu -o ! -group zhunkehu)"
  [ -z "$foreign" ] || { echo "$foreign"; return 1; }
  [ -n "$(find "$STATE" -type f)" ] && [ "$(stat -c %a "$STATE")" = 700 ]
}

private_config() { [ "$(stat -c '%U:%G %a' "$CONFIG")" = "root:zhunkehu 640" ]; }
gone() { [ ! -e "$1" ]; }

clean_up() {
  if [ -n "$RUNNER" ]; then kill -TERM "$RUNNER" 2>/dev/null || true; fi
  if [ "$OURS" = 1 ]; then
    dpkg --purge "$PACKAGE" >/dev/null 2>&1 || true
    rm -rf "$STATE"
  fi
  rm -rf "$WORK"
}

OURS=0
trap clean_up EXIT
if [ "$(id -u)" != 0 ]; then
  echo "not ok 1 - the package can be installed (this needs root)"
  exit 1
fi
if dpkg-query -W -f '${Status}' "$PACKAGE" 2>/dev/null | grep -q installed || [ -e "$STATE" ]; then
  echo "not ok 1 - the package can be installed (it is in use on this machine, or $STATE is)"
  exit 1
fi
OURS=1
SIP_PORT="$(free_port)"
TLS_PORT="$(free_port)"
WEB_PORT="$(free_port)"

old="$(build_package '~test1')"
new="$(build_package '~test2')"
check "the package installs" install_package "$old"
if command -v systemd-analyze >/dev/null; then
  check "systemd finds no fault in the unit" systemd-analyze verify --man=no "$UNIT"
fi
check "the unit is enabled" test -L /etc/systemd/system/multi-user.target.wants/$PACKAGE.service
check "it has a user of its own" getent passwd zhunkehu
check "its configuration is nobody else's to read" private_config
check "its configuration is good as it comes" "$PACKAGE" --config "$CONFIG" --check-config
edit_config
start_unit
check "it says that it is ready and answers at its health page" comes_up
check "it tells the watchdog that it is alive" within 20 says watchdog
check "everything it wrote is its own" own_everything
check "the first log-in stands in a private file, and its password in no log" first_log_in
check "it stops when it is asked" stops_cleanly
before="$(find "$STATE" -type f | sort)"
check "the upgrade installs" install_package "$new"
check "the upgrade keeps the administrator's settings" grep -q "127.0.0.1:$SIP_PORT" "$CONFIG"
check "the upgrade keeps the data" test -n "$before" -a "$before" = "$(find "$STATE" -type f | sort)"
touch "$WORK/trace"
chown zhunkehu "$WORK" "$WORK/trace"
start_unit "$WORK/trace"
check "it comes up again with its data" comes_up
check "it stops again" stops_cleanly
check "it did nothing that the unit's filters would stop" python3 deploy/appliance/unit_hardening.py "$UNIT" "$WORK/trace"
check "it can be removed" dpkg --remove "$PACKAGE"
check "its program is gone" gone /usr/bin/$PACKAGE
check "its settings and its data are still there" test -f "$CONFIG" -a -d "$STATE/data"
check "it can be purged without a question" dpkg --purge "$PACKAGE"
check "its settings are gone" gone /etc/zhunkehu
check "its user is gone" bash -c '! getent passwd zhunkehu'
check "its data is still there, for root alone" test "$(stat -c '%U %a' "$STATE")" = "root 700"
close_tap
