//! The interface of `os::linux` on macOS, FreeBSD and other systems.
//!
//! Features that such a system implements differently are implemented here. For a missing feature,
//! a function returns an error or `None`, never a guess.

pub mod alternate_streams;
pub mod boot;
pub mod context;
pub mod direct;
pub mod fiemap;
pub mod flags;
pub mod inode;
pub mod listing;
pub mod machine;
pub mod magic;
pub mod page_cache;
pub mod proc_users;
pub mod read_ahead;
pub mod sheet;
mod statx;
pub mod temporary;
#[cfg(feature = "pcre2")]
pub mod thread_clock;
pub mod transfer;
pub mod uring;
#[path = "kqueue.rs"]
pub mod watch;
