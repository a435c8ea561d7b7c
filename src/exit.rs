//! Exit codes, and how the codes of several inputs are merged.

use std::process::ExitCode;

use crate::os::Signal;

/// The outcome of a subcommand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything succeeded: 0.
    Success,
    /// Something failed and was reported: 1.
    Failure,
    /// The options contradict each other: 1, or the tool's code for an invalid command line.
    Refused,
    /// The inputs end before the offset at which their output should start: 1, and 4 from `xxd`.
    Unreachable,
    /// `grep` selected no line: 1.
    NoMatch,
    /// `grep` failed, or the command line was invalid: 2.
    Error,
    /// SIGINT ended a command that would have run forever: 130, as shells report it (128 + 2).
    Interrupted,
    /// SIGTERM ended such a command: 143 (128 + 15).
    Terminated,
    /// The reader of standard output closed it: 141, which shells report for a program ended by
    /// SIGPIPE (128 + 13).
    Closed,
}

impl Exit {
    /// Returns the outcome of two inputs together, which is the worse one.
    #[must_use]
    pub fn and(self, other: Exit) -> Exit {
        if other.rank() > self.rank() { other } else { self }
    }

    /// Returns the exit code of a subcommand.
    pub fn code(self) -> u8 {
        match self {
            Exit::Success => 0,
            Exit::Failure | Exit::Refused | Exit::Unreachable | Exit::NoMatch => 1,
            Exit::Error => 2,
            Exit::Interrupted => Signal::Interrupt.exit_code(),
            Exit::Terminated => Signal::Terminate.exit_code(),
            Exit::Closed => 141,
        }
    }

    fn rank(self) -> u8 {
        match self {
            Exit::Success => 0,
            Exit::NoMatch => 1,
            Exit::Failure | Exit::Refused | Exit::Unreachable => 2,
            Exit::Error => 3,
            Exit::Interrupted | Exit::Terminated => 4,
            Exit::Closed => 5,
        }
    }
}

impl From<Signal> for Exit {
    fn from(signal: Signal) -> Exit {
        match signal {
            Signal::Interrupt => Exit::Interrupted,
            Signal::Terminate => Exit::Terminated,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        exit.code().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worse_one_wins() {
        use Exit::{Closed, Error, Failure, Success};
        assert_eq!(Success.and(Success), Success);
        assert_eq!(Success.and(Failure), Failure);
        assert_eq!(Failure.and(Success), Failure);
        assert_eq!(Error.and(Failure), Error);
        assert_eq!(Failure.and(Closed), Closed);
    }
}
