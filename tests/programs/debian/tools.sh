# SPDX-License-Identifier: BSD-2-Clause
# Debian's bash and the tools that scripts live by: prints the same on any Linux.
set -eu
cd "$(mktemp -d)"

declare -A squares
for n in {1..9}; do squares[$n]=$((n * n)); done
for n in "${!squares[@]}"; do echo "$n ${squares[$n]}"; done | sort -n
mapfile -t lines < <(seq 3 | tac)
printf '%q ' "${lines[@]}" 'a b' $'\n'; echo
coproc cat
echo through a coprocess >&"${COPROC[1]}"
read -r line <&"${COPROC[0]}"
echo "$line"
exec {COPROC[1]}>&-
wait
trap 'echo got USR1' USR1
kill -USR1 $$
(trap 'echo leaving' EXIT; exit 3) || echo "status $?"
diff <(seq 5) <(seq 2 6) || true
set -o pipefail
false | true || echo pipefail
timeout 1 sleep 30 || echo "timeout $?"

mkdir -p tree/{a,b}/{c,d}
for file in tree/{a,b}/{c,d}/{1,2}; do echo "$file" >"$file"; done
ln tree/a/c/1 tree/hard
ln -s a/c/1 tree/soft
chmod 640 tree/b/d/2
find tree -type f -links +1 | sort
find tree -printf '%y %m %P %l\n' | sort
tar -C tree -czf tree.tgz .
mkdir copy
tar -C copy -xzf tree.tgz
diff -r tree copy && stat -c '%F %h %s' copy/hard copy/soft
cp -a tree other && rm -r other/b && du -a --apparent-size other | wc -l
sha256sum copy/a/c/2 <(cat copy/a/c/2) | cut -d' ' -f1 | uniq -c
split -b 100 tree.tgz part. && cat part.* | cmp - tree.tgz
seq 20000 | sort -R | sort -n -S 64K | md5sum
seq 5000 | shuf | sort -n | paste -sd+ | fold -w 100 | wc -l
seq 100 | xargs -P 4 -n 9 echo | tr ' ' '\n' | sort -n | md5sum
dd if=/dev/zero bs=64K count=16 2>/dev/null | tr '\0' x | wc -c
mkfifo pipe
sed -u 's/^/fifo /' <pipe & seq 2 >pipe; wait $!
truncate -s 5M hole && du hole | cut -f1
tail -c 3 hole | od -An -tx1
stdbuf -oL grep -nP '(?<=o)u\b' <<<$'you\nout\nthou' || true
sed -E ':a; s/([0-9])([0-9]{3})($|,)/\1,\2\3/; ta' <<<1234567
gawk 'BEGIN { PROCINFO["sorted_in"] = "@ind_num_asc"
	for (i = 0; i < 5; i++) a[i * i] = i
	for (i in a) printf "%s ", i
	"echo a pipe" | getline x; print x, strftime("%F", 0, 1) }'
mawk 'BEGIN { for (i = 0; i < 1e5; i++) s += i; print s }'

cat >Makefile <<'END'
N := $(shell seq 8)
all: $(N:%=out.%)
	@cat $^ | sort
out.%:
	@echo target $* >$@
END
make -s -j3

git -c init.defaultBranch=main init -q repository
cd repository
git config user.name T
git config user.email t@example.org
export GIT_AUTHOR_DATE='2020-01-01 00:00 +0000'
export GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE
seq 50 >file
git add file && git commit -qm one
git checkout -qb side && sed -i 's/^7$/seven/' file && git commit -qam two
git checkout -q main && sed -i 's/^40$/forty/' file && git commit -qam three
git merge -q --no-edit side
git log --oneline --graph --all
git gc -q && git fsck --strict && git clone -q . ../clone
git -C ../clone diff HEAD^ --stat | cat
