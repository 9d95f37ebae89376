# SPDX-License-Identifier: BSD-2-Clause
# What Perl programs ask of a kernel; prints the same on any Linux.
use strict;
use warnings;
use Errno qw(ENOENT);
use Fcntl qw(:flock SEEK_SET);
use POSIX qw(WNOHANG :signal_h);
use Socket;

$| = 1;
pipe(my $read, my $write) or die;
my @children = map {
	my $n = $_;
	my $pid = fork() // die;
	if (!$pid) {
		syswrite($write, pack("NN", $n, $n ** 3));
		POSIX::_exit($n);
	}
	$pid;
} 1 .. 20;
close $write;
my %status = map { waitpid($_, 0); $_ => $? >> 8 } @children;
print join(",", map { $status{$_} } @children), "\n";
my $sum = 0;
$sum += (unpack "NN", $_)[1] while sysread($read, $_, 8);
print "cubes $sum\n";

my %words;
$words{length $_}++ for map { join "", ("a" .. "z")[0 .. $_ % 26] } 1 .. 5000;
print join(" ", map { "$_:$words{$_}" } sort { $a <=> $b } keys %words), "\n";
my $text = "the quick brown fox " x 1000;
(my $swapped = $text) =~ s/(\w+) (\w+)/$2 $1/g;
print substr($swapped, 0, 40), " ", scalar(() = $text =~ /o(?=w|x)/g), "\n";

my $file = "/tmp/perl.$$";
open(my $out, "+>", $file) or die;
flock($out, LOCK_EX) or die;
print $out "$_\n" for 1 .. 1000;
seek($out, 0, SEEK_SET);
my @lines = <$out>;
print scalar(@lines), " lines, ", -s $file, " bytes\n";
unlink $file;
open(my $none, "<", $file) or print $! == ENOENT ? "ENOENT $!\n" : "?\n";

socketpair(my $a, my $b, AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die;
syswrite($a, "over a socket\n");
print scalar <$b>;
my ($asked, $caught) = (0, "");
local $SIG{ALRM} = sub { $caught .= "alarm " };
local $SIG{CHLD} = sub { $caught .= "child " if waitpid(-1, WNOHANG) > 0 };
alarm 1;
select(undef, undef, undef, 5) while $caught !~ /alarm/;
if (!fork()) { exec "true" }
select(undef, undef, undef, 0.1) while $caught !~ /child/;
print "$caught\n";
eval { local $SIG{ALRM} = sub { die "late\n" }; alarm 1; sleep 60 };
print "eval: $@";
print `echo backquotes; exit 3`, $? >> 8, "\n";
printf "%.15g %s %d\n", atan2(1, 1) * 4, 9 ** 20, 2 ** 31;
