//! What only Linux offers: page cache facts, extents, processes that map a file, splicing, inotify.

pub mod boot;
pub mod context;
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
pub mod transfer;
pub mod watch;
