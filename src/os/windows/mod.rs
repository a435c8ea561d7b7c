//! The interface of `os::unix` and `os::linux` on Windows, implemented with the calls of Windows.
//!
//! A descriptor is a handle, a mapping is a view of a file, and an in-page error corresponds to
//! SIGBUS. Where the system does not report something, a function returns an error or `None`, never
//! a guess.

pub mod accounts;
pub mod alternate_streams;
pub mod beneath;
pub mod boot;
pub mod closed_stdio;
mod console;
#[path = "../other/context.rs"]
pub mod context;
pub mod direct;
mod errno;
pub mod exception;
pub mod fd_table;
pub mod fiemap;
mod handle;
mod information;
pub mod inherited;
pub mod inode;
pub mod interrupt;
pub mod listing;
pub mod machine;
pub mod magic;
mod names;
mod open;
#[path = "../other/page_cache.rs"]
pub mod page_cache;
pub mod posix;
pub mod proc_users;
pub mod processes;
pub mod read_ahead;
pub mod ready;
mod seek;
#[path = "../other/sheet.rs"]
pub mod sheet;
pub mod status;
#[path = "../other/statx.rs"]
mod statx;
pub mod temporary;
#[cfg(feature = "pcre2")]
#[path = "../other/thread_clock.rs"]
pub mod thread_clock;
#[path = "../other/transfer.rs"]
pub mod transfer;
#[path = "../other/uring.rs"]
pub mod uring;
pub mod usage;
pub mod volume;
pub mod wake;
#[path = "../other/watch.rs"]
pub mod watch;
pub mod window;
