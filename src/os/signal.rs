//! Requests to end the program.

/// A signal that asks a program to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT: Ctrl-C.
    Interrupt,
    /// SIGTERM; on Windows, the console is closed or the user logs off.
    Terminate,
}

impl Signal {
    /// Returns the exit code that shells report for a process killed by the signal: 128 and its
    /// number (POSIX, `kill -l`).
    pub fn exit_code(self) -> u8 {
        match self {
            Signal::Interrupt => 130,
            Signal::Terminate => 143,
        }
    }
}
