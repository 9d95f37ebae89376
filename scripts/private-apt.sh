# SPDX-License-Identifier: BSD-2-Clause
#
# private-apt.sh: apt on lists of its own, for fetch-source and fetch-packages,
# which source it and set `apt`, the lists' directory, `kind`, deb or deb-src,
# and `arch`.
#
# The mirrors are those of this machine, as entries of this kind: its own
# configuration is neither changed nor does it have to allow sources or
# another architecture.  apt verifies the signature of the lists, and by them
# the checksum of every file.

# Run apt-get: its status.
private_apt() {
	apt-get -q \
		-o APT::Architecture="$arch" \
		-o APT::Architectures::="$arch" \
		-o Dir::Etc::SourceList="$apt/sources.list" \
		-o Dir::Etc::SourceParts="$apt/sources.d" \
		-o Dir::State::Lists="$apt/lists" \
		-o Dir::Cache="$apt/cache" \
		-o Acquire::Languages=none \
		-o APT::Get::List-Cleanup=false \
		-o APT::Sandbox::User="$(id -un)" \
		"$@"
}

make_lists() {
	cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
		sed -n "s/^deb[[:space:]]/$kind /p" >"$apt/sources.list" || true
	for file in /etc/apt/sources.list.d/*.sources; do
		[ -f "$file" ] || continue
		sed "s/^Types:.*/Types: $kind/; /^Architectures:/d" "$file" \
			>"$apt/sources.d/${file##*/}"
	done
}

# with_lists COMMAND...: run a command that calls private_apt; one update
# serves all; an outdated list is updated and the command run again.
# A mirror that lacks a part makes `update` fail: only the command decides.
with_lists() {
	mkdir -p "$apt/sources.d" "$apt/lists/partial" \
		"$apt/cache/archives/partial"
	[ ! -s "$apt/updated" ] || ! "$@" || return 0
	make_lists
	private_apt update || true
	date >"$apt/updated"
	"$@" || {
		rm -f "$apt/updated"
		return 1
	}
}
