//! Which system calls, and with which arguments.
//!
//! Calls that newer architectures do not have (`open` beside `openat`) are there for the C libraries that still make them.

use std::collections::BTreeMap;
use std::process;

use libc::c_long;
use seccompiler::{BackendError, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompRule};

use super::Role;

/// Calls that are allowed, by number: always, where no rule is given, or else when one of the rules holds.
#[derive(Clone, Debug, Default)]
pub(super) struct List(BTreeMap<c_long, Vec<Vec<Test>>>);

/// A test of one argument, counted from 0; of its lower 32 bits: flags, commands and numbers of files have no more.
#[derive(Clone, Copy, Debug)]
struct Test {
    argument: u8,
    is: Is,
}

#[derive(Clone, Copy, Debug)]
enum Is {
    Equal(i32),
    Not(i32),
    With(i32),
    Without(i32),
}

impl List {
    /// How many calls are on it.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// As the compiler of filters takes it.
    pub(super) fn rules(&self) -> Result<BTreeMap<i64, Vec<SeccompRule>>, BackendError> {
        let rule = |tests: &Vec<Test>| {
            let conditions: Result<_, _> = tests.iter().map(Test::condition).collect();
            SeccompRule::new(conditions?)
        };
        let call = |(number, any): (&c_long, &Vec<Vec<Test>>)| {
            let rules: Result<_, _> = any.iter().map(rule).collect();
            Ok((*number, rules?))
        };
        self.0.iter().map(call).collect()
    }

    fn always(mut self, numbers: &[c_long]) -> Self {
        self.0
            .extend(numbers.iter().map(|number| (*number, Vec::new())));
        self
    }

    /// Allows the call when all tests hold; again, for another set of tests, to allow that as well.
    fn when(mut self, number: c_long, tests: &[Test]) -> Self {
        self.0.entry(number).or_default().push(tests.to_vec());
        self
    }

    fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

impl Test {
    fn condition(&self) -> Result<SeccompCondition, BackendError> {
        let bits = |bits: i32| u64::from(bits.cast_unsigned());
        let (operator, value) = match self.is {
            Is::Equal(value) => (SeccompCmpOp::Eq, bits(value)),
            Is::Not(value) => (SeccompCmpOp::Ne, bits(value)),
            Is::With(all) => (SeccompCmpOp::MaskedEq(bits(all)), bits(all)),
            Is::Without(any) => (SeccompCmpOp::MaskedEq(bits(any)), 0),
        };
        SeccompCondition::new(self.argument, SeccompCmpArgLen::Dword, operator, value)
    }
}

/// What the program may do in one thread or another, before these take on their own list.
pub(super) fn program() -> List {
    let threads = Role::ALL
        .map(of)
        .into_iter()
        .fold(List::default(), List::and);
    threads
        .always(FILES_WRITTEN)
        .always(CONTROL)
        .always(old::FILES_WRITTEN)
        .always(&[libc::SYS_write, libc::SYS_writev, libc::SYS_openat])
        // Anything but typing on someone's terminal.
        .when(
            libc::SYS_ioctl,
            &[
                argument(1, Is::Not(TIOCSTI)),
                argument(1, Is::Not(TIOCLINUX)),
            ],
        )
        // For service managers and loggers. Packets and the Internet have other families.
        .when(libc::SYS_socket, &[argument(0, Is::Equal(libc::AF_UNIX))])
        // For threads to take on their own list.
        .when(
            libc::SYS_seccomp,
            &[argument(
                0,
                Is::Equal(libc::SECCOMP_SET_MODE_FILTER.cast_signed()),
            )],
        )
}

/// What a thread of this kind may do.
pub(super) fn of(role: Role) -> List {
    match role {
        Role::Worker => life(),
        Role::Capture => life().always(CAPTURE).always(old::CAPTURE),
        Role::Files => {
            let read_only = Is::Without(libc::O_ACCMODE | libc::O_CREAT | libc::O_TRUNC);
            let reading = life().always(FILES_READ).always(old::FILES_READ);
            old::open(reading, read_only)
                .when(libc::SYS_openat, &[argument(2, read_only)])
                // A thread that decompresses; no process, no name space.
                .when(
                    libc::SYS_clone,
                    &[argument(0, Is::With(libc::CLONE_THREAD))],
                )
        }
        Role::Serve => life()
            .always(SERVE)
            .always(old::SERVE)
            .always(&[libc::SYS_write, libc::SYS_writev]),
    }
}

/// What every thread needs to compute, to wait for others, to end, and to say why it panics.
fn life() -> List {
    let data = argument(2, Is::Without(libc::PROT_EXEC));
    let ourselves = argument(0, Is::Equal(process::id().cast_signed()));
    let own_name = |option: i32| [argument(0, Is::Equal(option))];
    List::default()
        .always(LIFE)
        .when(libc::SYS_mmap, &[data])
        .when(libc::SYS_mprotect, &[data])
        .when(libc::SYS_tgkill, &[ourselves])
        .when(libc::SYS_prctl, &own_name(libc::PR_SET_NAME))
        .when(libc::SYS_prctl, &own_name(libc::PR_SET_VMA))
        .when(libc::SYS_prctl, &own_name(libc::PR_SET_NO_NEW_PRIVS))
        .when(
            libc::SYS_write,
            &[argument(0, Is::Equal(libc::STDERR_FILENO))],
        )
        .when(
            libc::SYS_writev,
            &[argument(0, Is::Equal(libc::STDERR_FILENO))],
        )
}

fn argument(argument: u8, is: Is) -> Test {
    Test { argument, is }
}

/// Puts a character into a terminal's input as if it had been typed, and its older relative (`asm-generic/ioctls.h`;
/// the C libraries differ in the type).
const TIOCSTI: i32 = 0x5412;
const TIOCLINUX: i32 = 0x541c;

/// Memory, locks, time, random numbers, signals, the end.
const LIFE: &[c_long] = &[
    libc::SYS_brk,
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_futex,
    libc::SYS_getpid,
    libc::SYS_getrandom,
    libc::SYS_gettid,
    libc::SYS_gettimeofday,
    libc::SYS_madvise,
    libc::SYS_membarrier,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_nanosleep,
    libc::SYS_restart_syscall,
    libc::SYS_rseq,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    libc::SYS_sigaltstack,
];

/// Waiting for packets and taking them, counting those lost (in files that are open), binding a socket anew, closing.
const CAPTURE: &[c_long] = &[
    libc::SYS_bind,
    libc::SYS_close,
    libc::SYS_eventfd2,
    libc::SYS_fcntl,
    libc::SYS_getsockname,
    libc::SYS_getsockopt,
    libc::SYS_ioctl,
    libc::SYS_ppoll,
    libc::SYS_pread64,
    libc::SYS_read,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_setsockopt,
];

/// Looking for files and reading them.
const FILES_READ: &[c_long] = &[
    libc::SYS_close,
    libc::SYS_fadvise64,
    libc::SYS_fcntl,
    libc::SYS_fstat,
    libc::SYS_getcwd,
    libc::SYS_getdents64,
    libc::SYS_lseek,
    libc::SYS_newfstatat,
    libc::SYS_ppoll,
    libc::SYS_pread64,
    libc::SYS_read,
    libc::SYS_readlinkat,
    libc::SYS_readv,
    libc::SYS_statx,
];

/// Answering on a socket that listens.
const SERVE: &[c_long] = &[
    libc::SYS_accept4,
    libc::SYS_close,
    libc::SYS_fcntl,
    libc::SYS_getpeername,
    libc::SYS_getsockname,
    libc::SYS_getsockopt,
    libc::SYS_ppoll,
    libc::SYS_read,
    libc::SYS_recvfrom,
    libc::SYS_sendto,
    libc::SYS_setsockopt,
    libc::SYS_shutdown,
];

/// Files written, rotated, locked and synchronised: records, reports, the store.
const FILES_WRITTEN: &[c_long] = &[
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_fallocate,
    libc::SYS_fchmod,
    libc::SYS_fchown,
    libc::SYS_fdatasync,
    libc::SYS_flock,
    libc::SYS_fstatfs,
    libc::SYS_fsync,
    libc::SYS_ftruncate,
    libc::SYS_mkdirat,
    libc::SYS_msync,
    libc::SYS_pwrite64,
    libc::SYS_renameat,
    libc::SYS_renameat2,
    libc::SYS_statfs,
    libc::SYS_unlinkat,
    libc::SYS_utimensat,
];

/// The main thread: signals, the terminal, the service manager, what it knows of itself.
const CONTROL: &[c_long] = &[
    libc::SYS_capget,
    libc::SYS_connect,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_eventfd2,
    libc::SYS_getegid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getppid,
    libc::SYS_getrusage,
    libc::SYS_getuid,
    libc::SYS_pipe2,
    libc::SYS_prlimit64,
    libc::SYS_pselect6,
    libc::SYS_sendmsg,
    libc::SYS_signalfd4,
    libc::SYS_socketpair,
    libc::SYS_sysinfo,
    libc::SYS_uname,
];

/// Calls that newer architectures are without.
#[cfg(target_arch = "x86_64")]
mod old {
    use libc::c_long;

    use super::{Is, List, argument};

    pub(super) const CAPTURE: &[c_long] = &[libc::SYS_poll];
    pub(super) const SERVE: &[c_long] = &[libc::SYS_poll];
    pub(super) const FILES_READ: &[c_long] = &[
        libc::SYS_lstat,
        libc::SYS_poll,
        libc::SYS_readlink,
        libc::SYS_stat,
    ];
    pub(super) const FILES_WRITTEN: &[c_long] = &[
        libc::SYS_access,
        libc::SYS_chmod,
        libc::SYS_epoll_wait,
        libc::SYS_getdents,
        libc::SYS_mkdir,
        libc::SYS_open,
        libc::SYS_pipe,
        libc::SYS_rename,
        libc::SYS_rmdir,
        libc::SYS_select,
        libc::SYS_unlink,
    ];

    pub(super) fn open(list: List, how: Is) -> List {
        list.when(libc::SYS_open, &[argument(1, how)])
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod old {
    use libc::c_long;

    use super::{Is, List};

    pub(super) const CAPTURE: &[c_long] = &[];
    pub(super) const SERVE: &[c_long] = &[];
    pub(super) const FILES_READ: &[c_long] = &[];
    pub(super) const FILES_WRITTEN: &[c_long] = &[];

    pub(super) fn open(list: List, _: Is) -> List {
        list
    }
}

/// Calls that end the process, whoever makes them: running programs, looking into and taking over processes, other users and name
/// spaces, the kernel's own affairs.
pub(super) const FATAL: &[c_long] = &[
    libc::SYS_acct,
    libc::SYS_add_key,
    libc::SYS_adjtimex,
    libc::SYS_bpf,
    libc::SYS_capset,
    libc::SYS_chroot,
    libc::SYS_clock_adjtime,
    libc::SYS_clock_settime,
    libc::SYS_delete_module,
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_finit_module,
    libc::SYS_init_module,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_io_uring_setup,
    libc::SYS_kexec_file_load,
    libc::SYS_kexec_load,
    libc::SYS_keyctl,
    libc::SYS_kcmp,
    libc::SYS_memfd_create,
    libc::SYS_mount,
    libc::SYS_mount_setattr,
    libc::SYS_move_mount,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_open_tree,
    libc::SYS_perf_event_open,
    libc::SYS_personality,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_open,
    libc::SYS_pivot_root,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_ptrace,
    libc::SYS_quotactl,
    libc::SYS_reboot,
    libc::SYS_request_key,
    libc::SYS_setfsgid,
    libc::SYS_setfsuid,
    libc::SYS_setgid,
    libc::SYS_setgroups,
    libc::SYS_sethostname,
    libc::SYS_setns,
    libc::SYS_setregid,
    libc::SYS_setresgid,
    libc::SYS_setresuid,
    libc::SYS_setreuid,
    libc::SYS_settimeofday,
    libc::SYS_setuid,
    libc::SYS_swapoff,
    libc::SYS_swapon,
    libc::SYS_syslog,
    libc::SYS_umount2,
    libc::SYS_unshare,
    libc::SYS_userfaultfd,
];

/// Calls that end the process when a thread that reads what strangers wrote makes them.
pub(super) fn fatal_in(role: Role) -> &'static [c_long] {
    match role {
        // Asks, where a lost interface cannot be bound anew, whether it may open a socket; the answer is no.
        Role::Capture => &[],
        Role::Files | Role::Worker => PARSER_FATAL,
        Role::Serve => SERVE_FATAL,
    }
}

/// Sockets, other than the open ones, and filters' own call.
const PARSER_FATAL: &[c_long] = &[
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_connect,
    libc::SYS_kill,
    libc::SYS_listen,
    libc::SYS_sendmmsg,
    libc::SYS_sendmsg,
    libc::SYS_sendto,
    libc::SYS_socket,
    libc::SYS_socketpair,
];

const SERVE_FATAL: &[c_long] = &[
    libc::SYS_bind,
    libc::SYS_connect,
    libc::SYS_kill,
    libc::SYS_listen,
    libc::SYS_socket,
    libc::SYS_socketpair,
];
