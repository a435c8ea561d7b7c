//! Whether a file is on a disk of this machine.
#![allow(unsafe_code)]

use windows_sys::Win32::Storage::FileSystem::{FILE_REMOTE_PROTOCOL_INFO, FileRemoteProtocolInfo};

use super::handle::BorrowedFd;
use super::information::information;
use crate::os::FileSystem;

/// Returns whether a file is on a network: only such a file has a remote protocol.
pub fn identify(file: BorrowedFd<'_>, _: u64) -> FileSystem {
    // SAFETY: `FILE_REMOTE_PROTOCOL_INFO` is what this class fills.
    let remote: Option<FILE_REMOTE_PROTOCOL_INFO> = unsafe { information(file, FileRemoteProtocolInfo) };
    if remote.is_some() { FileSystem::Network } else { FileSystem::Local }
}
