//! What only Linux offers: page cache facts, extents, processes that map a file, leases, inotify.

pub mod boot;
pub mod extents;
pub mod file_system;
pub mod inode;
mod proc_maps;
pub mod proc_users;
pub mod processes;
pub mod residency;
pub mod watch;
