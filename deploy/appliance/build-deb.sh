#!/usr/bin/env bash
# Builds the appliance's Debian package with plain dpkg-deb, into target/deb.
# ZK_DEB_PROFILE=dev takes the binaries of the tests' profile; ZK_DEB_SUFFIX=~test1 makes another version of the same.
# shellcheck source=deploy/dev/ground.sh
. "$(dirname "$0")/../dev/ground.sh"
profile="${ZK_DEB_PROFILE:-dist}"
package=zhunkehu-gateway
stage="$HOUSE/target/deb/stage"

version="$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)${ZK_DEB_SUFFIX:-}"
architecture="$(dpkg --print-architecture)"

build() {
  if [ "$profile" = dist ]; then
    deploy/dev/prerequisites.sh build
    deploy/dev/web.sh
    say "building with optimisation (the first time: about 10 minutes)"
  fi
  [ "${ZK_DEB_BUILT:-}" = 1 ] || cargo build --locked --profile "$profile" -p zhunkehu-gateway --bins
}

binary() { echo "target/$([ "$profile" = dev ] && echo debug || echo "$profile")/$package"; }

fill_stage() {
  rm -rf "$stage"
  install -d "$stage/DEBIAN" "$stage/usr/share/doc/$package"
  install -Dm 755 "$(binary)" "$stage/usr/bin/$package"
  strip --strip-unneeded "$stage/usr/bin/$package"
  install -Dm 644 deploy/appliance/zhunkehu-gateway.service "$stage/lib/systemd/system/$package.service"
  install -Dm 640 deploy/appliance/gateway.toml "$stage/etc/zhunkehu/gateway.toml"
  install -m 644 docs/config.md "$stage/usr/share/doc/$package/config.md"
  install -m 644 deploy/appliance/debian/copyright "$stage/usr/share/doc/$package/copyright"
  gzip -9nc CHANGELOG.md >"$stage/usr/share/doc/$package/changelog.gz"
}

fill_control() {
  local size_kb script
  size_kb="$(du -sk --exclude=DEBIAN "$stage" | cut -f 1)"
  sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@SIZE_KB@/$size_kb/" \
    deploy/appliance/debian/control.in >"$stage/DEBIAN/control"
  echo /etc/zhunkehu/gateway.toml >"$stage/DEBIAN/conffiles"
  for script in postinst prerm postrm; do
    install -m 755 "deploy/appliance/debian/$script" "$stage/DEBIAN/$script"
  done
  (cd "$stage" && find usr lib -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$stage/DEBIAN/md5sums"
}

build
fill_stage
fill_control
file="$HOUSE/target/deb/${package}_${version}_${architecture}.deb"
compression=-Zxz
# The tests unpack it once: packing it well would take longer than the rest of them.
[ "$profile" = dist ] || compression="-Zgzip -z1"
# shellcheck disable=SC2086
dpkg-deb --root-owner-group $compression --build "$stage" "$file" >&2
rm -rf "$stage"
echo "$file"
