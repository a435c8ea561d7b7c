//! Features that only Linux has: page cache queries, extents, users of a file, splicing, inotify.

#[path = "../other/alternate_streams.rs"]
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
mod proc_maps;
pub mod proc_users;
pub mod read_ahead;
pub mod sheet;
pub mod temporary;
#[cfg(feature = "pcre2")]
pub mod thread_clock;
pub mod transfer;
#[cfg(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    target_arch = "riscv64",
    target_arch = "loongarch64",
    target_arch = "powerpc64"
))]
pub mod uring;
#[cfg(not(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    target_arch = "riscv64",
    target_arch = "loongarch64",
    target_arch = "powerpc64"
)))]
#[path = "../other/uring.rs"]
pub mod uring;
pub mod watch;
