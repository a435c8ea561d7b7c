//! Stops the program at every system call (`ptrace(2)`), so that a test can act, or fail the call,
//! at a chosen moment. This reaches every step of the program without hooks and without races.
#![allow(unsafe_code)]

use std::collections::HashMap;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use crate::util::Ran;

/// A thread of the program that enters or leaves a system call.
pub struct Call {
    pub number: i64,
    pub args: [u64; 6],
    /// `None` on entry; a negative errno is a failure.
    pub result: Option<i64>,
    pub pid: i32,
    fail_with: Option<i32>,
}

impl Call {
    /// Makes the call fail with `errno` and have no effect. It may only be used on entry.
    pub fn fail(&mut self, errno: i32) {
        assert!(self.result.is_none());
        self.fail_with = Some(errno);
    }

    /// Returns a string argument.
    pub fn string(&self, index: usize) -> String {
        use std::os::unix::fs::FileExt;
        let Ok(memory) = std::fs::File::open(format!("/proc/{}/mem", self.pid)) else { return String::new() };
        let mut bytes = vec![0; 4096];
        // Read up to the end of the page first, because the next page may not be mapped.
        let at = self.args[index];
        let room = 4096 - (at % 4096) as usize;
        let got = memory.read_at(&mut bytes[..room], at).unwrap_or(0);
        let more =
            if bytes[..got].contains(&0) { 0 } else { memory.read_at(&mut bytes[got..], at + got as u64).unwrap_or(0) };
        bytes.truncate(got + more);
        bytes.split(|&b| b == 0).next().map(|s| String::from_utf8_lossy(s).into_owned()).unwrap_or_default()
    }
}

/// Runs `command` to its end, and passes each system call to `on_call` on entry and on exit.
pub fn run_traced(command: &mut Command, mut on_call: impl FnMut(&mut Call)) -> Ran {
    // SAFETY: PTRACE_TRACEME is a bare system call, which is allowed after a fork.
    unsafe {
        command.pre_exec(|| match libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        });
    }
    #[allow(clippy::zombie_processes, reason = "`follow` waits for it, as its tracer")]
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let collect = |mut pipe: Box<dyn Read + Send>| {
        std::thread::spawn(move || {
            let mut all = Vec::new();
            pipe.read_to_end(&mut all).unwrap();
            all
        })
    };
    let stdout = collect(Box::new(child.stdout.take().unwrap()));
    let stderr = collect(Box::new(child.stderr.take().unwrap()));
    let status = follow(child.id() as i32, &mut on_call);
    let code = if libc::WIFSIGNALED(status) { -libc::WTERMSIG(status) } else { libc::WEXITSTATUS(status) };
    Ran { stdout: stdout.join().unwrap(), stderr: String::from_utf8_lossy(&stderr.join().unwrap()).into_owned(), code }
}

fn follow(main: i32, on_call: &mut impl FnMut(&mut Call)) -> i32 {
    let options = libc::PTRACE_O_TRACESYSGOOD | libc::PTRACE_O_TRACECLONE | libc::PTRACE_O_EXITKILL;
    let mut inside: HashMap<i32, Call> = HashMap::new();
    let mut begun = false;
    loop {
        let mut status = 0;
        // SAFETY: it waits for children of this thread, and the kernel writes `status`.
        let pid = unsafe { libc::waitpid(-1, &raw mut status, libc::__WALL | libc::__WNOTHREAD) };
        assert!(pid > 0, "{}", std::io::Error::last_os_error());
        if libc::WIFEXITED(status) || libc::WIFSIGNALED(status) {
            if pid == main {
                return status;
            }
            continue;
        }
        let signal = libc::WSTOPSIG(status);
        let mut deliver = 0;
        if pid == main && !begun {
            // This is the stop after exec.
            begun = true;
            // SAFETY: the tracee is stopped, and this only sets flags.
            unsafe { libc::ptrace(libc::PTRACE_SETOPTIONS, pid, 0, options) };
        } else if signal == libc::SIGTRAP | 0x80 {
            at_call(pid, &mut inside, on_call);
        } else if signal == libc::SIGSTOP || status >> 16 != 0 {
            // This is a new thread's first stop, or its parent's report of it.
        } else {
            deliver = signal;
        }
        // SAFETY: the tracee is stopped, and continues with the signal that it was sent.
        unsafe { libc::ptrace(libc::PTRACE_SYSCALL, pid, 0, deliver) };
    }
}

fn at_call(pid: i32, inside: &mut HashMap<i32, Call>, on_call: &mut impl FnMut(&mut Call)) {
    // SAFETY: all zeros is a valid value of this struct of integers.
    let mut registers: libc::user_regs_struct = unsafe { std::mem::zeroed() };
    // SAFETY: the tracee is stopped, and `registers` is the struct that this request fills.
    unsafe { libc::ptrace(libc::PTRACE_GETREGS, pid, 0, &raw mut registers) };
    match inside.remove(&pid) {
        None => {
            let r = &registers;
            let mut call = Call {
                number: r.orig_rax as i64,
                args: [r.rdi, r.rsi, r.rdx, r.r10, r.r8, r.r9],
                result: None,
                pid,
                fail_with: None,
            };
            on_call(&mut call);
            if call.fail_with.is_some() {
                // No system call has this number, so the kernel does nothing.
                registers.orig_rax = u64::MAX;
                // SAFETY: as above.
                unsafe { libc::ptrace(libc::PTRACE_SETREGS, pid, 0, &raw const registers) };
            }
            inside.insert(pid, call);
        }
        Some(mut call) => {
            if let Some(errno) = call.fail_with {
                registers.rax = -i64::from(errno) as u64;
                // SAFETY: as above.
                unsafe { libc::ptrace(libc::PTRACE_SETREGS, pid, 0, &raw const registers) };
            }
            call.result = Some(registers.rax as i64);
            on_call(&mut call);
        }
    }
}
