# SPDX-License-Identifier: BSD-2-Clause
# What POSIX promises of a shell, as far as the kernel has a part in it.  Its
# output is the same on every machine: the test compares.

cd "$(mktemp -d)" || exit

echo "== redirections"
echo one >a; echo two >>a; cat <a
{ echo out; echo err >&2; } >both 2>&1; cat both
exec 3<a; read line <&3; echo "$line"; read line <&3; echo "$line"; exec 3<&-
cat <<END
here: $((6 * 7)) $(echo nested)
END
set -C; (echo no >a) 2>/dev/null || echo "noclobber"; echo yes >|a; set +C
cat a - <<END
from standard input
END
echo closed >&- 2>/dev/null || echo "write to a closed descriptor failed"

echo "== pipes"
yes | head -n 3
seq 1 1000 | sort -rn | tail -n 1
(exit 3) | (exit 5); echo $?
seq 20000 | while read n; do last=$n; [ "$n" -lt 500 ] || break; done; echo "$?"
false | true && echo "the last one counts"

echo "== processes"
(exit 7); echo $?
sleep 100 & kill $!; wait $! 2>/dev/null; echo $?
sh -c 'kill -KILL $$'; echo $?
for i in 1 2 3 4 5; do (exit $i) & pids="$pids $!"; done
for p in $pids; do wait $p; echo $?; done
(cd / && pwd); [ "$(pwd)" != / ] && echo "a subshell's directory is its own"
x=outer; (x=inner); echo $x
nosuchcommand 2>/dev/null; echo $?
: >plain; ./plain 2>/dev/null; echo $?

echo "== signals"
trap 'echo usr1' USR1; kill -USR1 $$; echo after
trap '' TERM; kill -TERM $$; echo "still here"; trap - TERM
sh -c 'trap "echo exit trap" EXIT; exit 4'; echo $?
sh -c 'trap "exit 9" INT; kill -INT $$; sleep 5'; echo $?
trap 'echo interrupted' USR1; sleep 100 & child=$!
(sleep 0.2; kill -USR1 $$) & wait $child; echo $?; trap - USR1
kill $child; wait $child 2>/dev/null; echo $?; wait

echo "== files"
umask 027; : >u; ls -l u | cut -c 1-10; mkdir d; ls -ld d | cut -c 1-10
ln a b; ln -s a c; [ a -ef b ] && echo hard; [ -L c ] && echo symbolic
rm a; cat b; cat c 2>/dev/null || echo dangling
for f in u d c nosuch; do
	for t in e f d L s x; do [ -$t $f ] && echo "$f -$t"; done
done
echo *; echo [b-d]; echo .* | wc -w
mkfifo p; echo through >p & cat p; wait

echo "== expansion"
set -- one 'two words' three; echo $# "$2"; shift; echo $#; IFS=:; echo "$*"
v=a:b:c; set -- $v; echo $3; unset IFS
f() { local_x=$1; return $((local_x + 1)); }; f 41; echo $?
echo ${undefined:-default} ${v%%:*} ${v##*:} ${#v}
case $v in a*c) echo match;; *) echo none;; esac
i=0; while [ $i -lt 300 ]; do i=$((i + 1)); s=$(echo $i); done; echo $s
ulimit -n 20; (ulimit -n); (ulimit -f 1; yes >big 2>/dev/null); echo $?
rm -rf "$PWD"
