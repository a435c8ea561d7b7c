//! Maps that the kernel itself refuses, through a filter of system calls (`seccomp(2)`): the way every subcommand then goes.
#![allow(unsafe_code)]

use std::os::unix::process::CommandExt;

use crate::lines::LINES;
use crate::util::{Dir, Ran, mapped};

const fn step(code: u32, k: u32, jt: u8, jf: u8) -> libc::sock_filter {
    libc::sock_filter { code: code as u16, jt, jf, k }
}

/// Fails every shared `mmap` with `errno` and lets all else pass.
fn filter(errno: i32) -> [libc::sock_filter; 7] {
    const LOAD: u32 = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
    const RETURN: u32 = libc::BPF_RET | libc::BPF_K;
    const EQUAL: u32 = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
    const ANY_BIT: u32 = libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K;
    [
        // struct seccomp_data: the number first, arguments of eight bytes from byte 16 on.
        step(LOAD, 0, 0, 0),
        step(EQUAL, libc::SYS_mmap as u32, 0, 3),
        step(LOAD, 16 + 3 * 8, 0, 0),
        step(ANY_BIT, libc::MAP_SHARED as u32, 0, 1),
        step(RETURN, libc::SECCOMP_RET_ERRNO | errno as u32, 0, 0),
        step(RETURN, libc::SECCOMP_RET_ALLOW, 0, 0),
        step(RETURN, libc::SECCOMP_RET_ALLOW, 0, 0),
    ]
}

#[test]
fn without_a_single_map_all_is_read() {
    let dir = Dir::new();
    let bytes: Vec<u8> = (0..400_000_u32).flat_map(|i| format!("{i:07}\n").into_bytes()).collect();
    let path = dir.file("f", &bytes);
    let mut runs = 0;
    for line in LINES.iter().filter(|line| line.steady) {
        let full: Ran = mapped().args(line.args).arg(&path).output().unwrap().into();
        for (errno, name) in [(libc::ENOMEM, "ENOMEM"), (libc::EPERM, "EPERM"), (libc::EAGAIN, "EAGAIN")] {
            let mut filter = filter(errno);
            let mut command = mapped();
            command.args(line.args).args(["--stats=json"]).arg(&path);
            // SAFETY: prctl is a bare system call; the filter lives in the closure and the kernel copies it.
            unsafe {
                command.pre_exec(move || {
                    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_mut_ptr() };
                    let set = libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
                        && libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) == 0;
                    if set { Ok(()) } else { Err(std::io::Error::last_os_error()) }
                });
            }
            let ran: Ran = match command.output() {
                Ok(output) => output.into(),
                Err(error) => {
                    assert!(std::env::var_os("CI").is_none(), "no filter can be set: {error}");
                    eprintln!("skipped: no filter of system calls can be set: {error}");
                    return;
                }
            };
            let what = format!("{:?} with {name}: {}", line.args, ran.stderr);
            assert!(ran.stdout == full.stdout, "{what}");
            assert_eq!(ran.code, full.code, "{what}");
            if !line.args.contains(&"--lines") {
                assert!(ran.stderr.contains(&format!("{name} from mmap")), "{what}");
            }
            runs += 1;
        }
    }
    eprintln!("{runs} runs with every map refused by a filter");
}
