/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the fuzzer passes to each system call: a letter per argument.  A call
 * that is not in the table gets GENERIC; reboot alone is never made.
 *
 *   d descriptor   p path, our own   P path, any (if it changes nothing)
 *   a address      s structure       t time    v iovec    n small count
 *   w small word   f flags           z size    o offset   S signal
 *   m mapping      l length of it    k process             g anything
 *   q request of ptrace
 *   A socket address, j its length   M message header      L level of options
 *   T request of ioctl   y file system type   i System V object
 *   h file handle   F program of a filter
 *   c context of asynchronous I/O   B a request of it   I a list of those
 */
#ifndef CALLS_H
#define CALLS_H

#include <sys/syscall.h>

#define GENERIC "dsggst"

static const struct call {
	short number;
	const char *arguments;
} fuzz_calls[] = {
	{ SYS_exit, "w" }, { SYS_exit_group, "w" }, { SYS_fork, "" },
	{ SYS_vfork, "" }, { SYS_clone, "fasss" }, { SYS_clone3, "sz" },
	{ SYS_execve, "Pss" }, { SYS_execveat, "dPssf" },
	{ SYS_waitpid, "ksf" }, { SYS_wait4, "ksfs" },
	{ SYS_waitid, "wksfs" }, { SYS_kill, "kS" }, { SYS_tkill, "kS" },
	{ SYS_tgkill, "kkS" }, { SYS_rt_sigqueueinfo, "kSs" },
	{ SYS_rt_tgsigqueueinfo, "kkSs" }, { SYS_rt_sigaction, "Sssn" },
	{ SYS_sigaction, "Sss" }, { SYS_signal, "Sa" },
	{ SYS_rt_sigprocmask, "wssn" }, { SYS_sigprocmask, "wss" },
	{ SYS_rt_sigtimedwait, "sstn" }, { SYS_rt_sigpending, "sn" },
	{ SYS_rt_sigsuspend, "sn" }, { SYS_sigaltstack, "ss" },
	{ SYS_setpgid, "kk" }, { SYS_getpgid, "k" }, { SYS_getsid, "k" },
	{ SYS_ptrace, "qkss" }, { SYS_ptrace, "qksw" },
	{ SYS_prlimit64, "kwss" },
	{ SYS_setrlimit, "ws" }, { SYS_getrlimit, "ws" },
	{ SYS_ugetrlimit, "ws" }, { SYS_getpriority, "wk" },
	{ SYS_setpriority, "wkw" }, { SYS_sched_setparam, "ks" },
	{ SYS_sched_getparam, "ks" }, { SYS_sched_setscheduler, "kws" },
	{ SYS_sched_setaffinity, "kzs" }, { SYS_sched_getaffinity, "kzs" },
	{ SYS_sched_rr_get_interval, "ks" }, { SYS_sched_setattr, "ksf" },
	{ SYS_sched_getattr, "kszf" }, { SYS_pidfd_open, "kf" },
	{ SYS_process_vm_readv, "kvnvnf" }, { SYS_process_vm_writev, "kvnvnf" },
	{ SYS_kcmp, "kkwdd" }, { SYS_get_robust_list, "kss" },
	{ SYS_prctl, "wgggg" }, { SYS_seccomp, "nnF" },
	{ SYS_seccomp, "nwF" }, { SYS_futex, "swwtsw" },
	{ 422, "swwtsw" /* futex_time64 */ },
	{ 449, "snfsw" /* futex_waitv */ }, { SYS_set_robust_list, "sz" },
	{ SYS_set_thread_area, "s" }, { SYS_modify_ldt, "wsz" },
	{ SYS_open, "pfw" }, { SYS_openat, "dpfw" }, { SYS_creat, "pw" },
	{ SYS_openat2, "dpsz" }, { SYS_close, "d" },
	{ SYS_close_range, "ddf" }, { SYS_dup, "d" }, { SYS_dup2, "dd" },
	{ SYS_dup3, "ddf" }, { SYS_read, "daz" }, { SYS_write, "daz" },
	{ SYS_readv, "dvn" }, { SYS_writev, "dvn" },
	{ SYS_pread64, "dazow" }, { SYS_pwrite64, "dazow" },
	{ SYS_preadv, "dvnow" }, { SYS_pwritev, "dvnow" },
	{ SYS_preadv2, "dvnowf" }, { SYS_pwritev2, "dvnowf" },
	{ SYS_lseek, "dow" }, { SYS__llseek, "dwosw" },
	{ SYS_sendfile, "ddsz" }, { SYS_sendfile64, "ddsz" },
	{ SYS_splice, "dsdszf" }, { SYS_tee, "ddzf" }, { SYS_vmsplice, "dvnf" },
	{ SYS_copy_file_range, "dsdszf" }, { SYS_readahead, "dowz" },
	{ SYS_truncate, "po" }, { SYS_ftruncate, "do" },
	{ SYS_truncate64, "pow" }, { SYS_ftruncate64, "dow" },
	{ SYS_fallocate, "dfowow" }, { SYS_fadvise64, "dowzw" },
	{ SYS_sync_file_range, "dowowf" }, { SYS_fsync, "d" },
	{ SYS_flock, "dw" }, { SYS_fcntl, "dws" }, { SYS_fcntl64, "dws" },
	{ SYS_fcntl64, "dww" }, { SYS_fcntl64, "dwf" },
	{ SYS_ioctl, "dgs" }, { SYS_ioctl, "dTs" }, { SYS_ioctl, "dTw" },
	{ SYS_getdents, "dsz" }, { SYS_getdents64, "dsz" },
	{ SYS_fchdir, "d" }, { SYS_chdir, "p" }, { SYS_getcwd, "az" },
	{ SYS_link, "pp" }, { SYS_linkat, "dpdpf" }, { SYS_unlink, "p" },
	{ SYS_unlinkat, "dpf" }, { SYS_rename, "pp" },
	{ SYS_renameat, "dpdp" }, { SYS_renameat2, "dpdpf" },
	{ SYS_mkdir, "pw" }, { SYS_mkdirat, "dpw" }, { SYS_rmdir, "p" },
	{ SYS_mknod, "pfw" }, { SYS_mknodat, "dpfw" }, { SYS_symlink, "pp" },
	{ SYS_symlinkat, "pdp" }, { SYS_readlink, "Paz" },
	{ SYS_readlinkat, "dPaz" }, { SYS_chmod, "pw" },
	{ SYS_fchmodat, "dpw" }, { SYS_chown, "pww" }, { SYS_lchown, "pww" },
	{ SYS_fchownat, "dpwwf" }, { SYS_chown32, "pww" },
	{ SYS_access, "Pw" }, { SYS_faccessat, "dPw" },
	{ SYS_faccessat2, "dPwf" }, { SYS_stat, "Ps" }, { SYS_lstat, "Ps" },
	{ SYS_stat64, "Ps" }, { SYS_lstat64, "Ps" }, { SYS_fstat64, "ds" },
	{ SYS_fstatat64, "dPsf" }, { SYS_statx, "dPffs" },
	{ SYS_statfs, "Ps" }, { SYS_statfs64, "Pzs" }, { SYS_utime, "pt" },
	{ SYS_utimes, "pt" }, { SYS_utimensat, "dptf" },
	{ SYS_setxattr, "ppszf" }, { SYS_getxattr, "Ppsz" },
	{ SYS_listxattr, "Psz" }, { SYS_fsetxattr, "dpszf" },
	{ SYS_mount, "ppyfs" }, { SYS_umount, "p" }, { SYS_umount2, "pf" },
	{ SYS_chroot, "p" }, { SYS_pivot_root, "pp" },
	{ SYS_fsopen, "pf" }, { SYS_move_mount, "dpdpf" },
	{ SYS_open_tree, "dpf" }, { SYS_mount_setattr, "dpfsz" },
	{ SYS_swapon, "pf" }, { SYS_swapoff, "p" }, { SYS_acct, "p" },
	{ SYS_inotify_add_watch, "dPf" }, { SYS_inotify_rm_watch, "dw" },
	{ SYS_memfd_create, "pf" }, { SYS_eventfd2, "wf" },
	{ SYS_pipe2, "sf" }, { SYS_signalfd4, "dsnf" },
	{ SYS_timerfd_create, "wf" }, { SYS_timerfd_settime32, "dfts" },
	{ SYS_epoll_create1, "f" }, { SYS_epoll_ctl, "dwds" },
	{ SYS_epoll_wait, "dsnw" }, { SYS_epoll_pwait, "dsnwsn" },
	{ SYS_poll, "snw" }, { SYS_ppoll, "sntsn" },
	{ SYS__newselect, "nssst" }, { SYS_pselect6, "nsssts" },
	{ SYS_mmap2, "mlwfdw" }, { SYS_mmap, "s" }, { SYS_munmap, "ml" },
	{ SYS_mprotect, "mlw" }, { SYS_mremap, "mllwm" },
	{ SYS_madvise, "mlw" }, { SYS_mincore, "mla" }, { SYS_msync, "mlw" },
	{ SYS_mlock, "ml" }, { SYS_mlock2, "mlw" },
	{ SYS_remap_file_pages, "mlwwf" }, { SYS_brk, "m" },
	{ SYS_timer_create, "wss" }, { SYS_timer_settime32, "wfts" },
	{ SYS_timer_delete, "w" }, { SYS_timer_gettime32, "ws" },
	{ SYS_timer_getoverrun, "w" }, { 449, "snftw" /* futex_waitv */ },
	{ SYS_nanosleep, "ts" },
	{ SYS_clock_nanosleep_time32, "wwts" }, { SYS_setitimer, "wts" },
	{ SYS_alarm, "w" }, { SYS_socketcall, "ws" }, { SYS_socket, "www" },
	{ SYS_socketpair, "wwws" }, { SYS_bind, "dAj" },
	{ SYS_connect, "dAj" }, { SYS_listen, "dw" },
	{ SYS_accept4, "dssf" }, { SYS_sendto, "dazfAj" },
	{ SYS_recvfrom, "dazfss" }, { SYS_sendmsg, "dMf" },
	{ SYS_recvmsg, "dMf" }, { SYS_sendmmsg, "dMnf" },
	{ SYS_recvmmsg, "dMnft" }, { SYS_getsockopt, "dLwss" },
	{ SYS_setsockopt, "dLwsj" }, { SYS_shutdown, "dw" },
	{ SYS_shmget, "wzf" }, { SYS_shmat, "imf" }, { SYS_shmdt, "m" },
	{ SYS_shmctl, "iws" }, { SYS_semget, "wnf" },
	{ SYS_semctl, "iwws" }, { SYS_semctl, "iwww" },
	{ 420, "isnt" /* semtimedop_time64 */ },
	{ SYS_ipc, "wwwwsw" }, { SYS_msgget, "wf" }, { SYS_msgsnd, "iszf" },
	{ SYS_msgrcv, "iszwf" }, { SYS_msgctl, "iws" },
	{ SYS_mq_open, "pfws" }, { SYS_mq_unlink, "p" },
	{ SYS_mq_timedsend, "dazwt" }, { SYS_mq_timedreceive, "dazst" },
	{ SYS_mq_notify, "ds" }, { SYS_getgroups, "ns" },
	{ SYS_setgroups, "ns" }, { SYS_capget, "ss" }, { SYS_capset, "ss" },
	{ SYS_getrandom, "azf" }, { SYS_rseq, "szfw" },
	{ SYS_personality, "f" }, { SYS_ioprio_set, "wkw" },
	{ SYS_migrate_pages, "kgss" }, { SYS_io_setup, "ns" },
	{ SYS_io_destroy, "c" }, { SYS_io_submit, "cnI" },
	{ SYS_io_submit, "cnI" }, { SYS_io_getevents, "cnnat" },
	{ SYS_name_to_handle_at, "dphsf" }, { SYS_name_to_handle_at, "dphsw" },
	{ SYS_open_by_handle_at, "dhf" }, { SYS_io_cancel, "cBs" }, { 385, "cnnats" /* io_pgetevents */ },
	{ 416, "cnnats" /* io_pgetevents_time64 */ },
};

#endif
